//! The binary as an operator starts and stops it. What can't work is told at once, with the place
//! and the fix.

mod commands;
mod keys;
mod locked;
mod readers;
mod settings;
mod stopping;
mod surroundings;
mod worker;
