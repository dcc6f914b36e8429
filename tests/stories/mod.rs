//! Stories over HTTP, told on SQLite and on PostgreSQL: people, what they do, and what they see.

mod accounts;
mod addresses;
mod audit;
mod callback;
mod cast;
mod choice;
mod connect;
mod disconnect;
mod entrance;
mod families;
mod guards;
mod leaving;
mod limits;
mod logs;
mod mail;
mod measures;
mod odd;
mod pages;
mod passwords;
mod rest;
mod sessions;
mod signals;
mod standing;
mod tenancy;
mod tiers;
mod tokens;
