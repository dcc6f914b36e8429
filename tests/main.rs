//! One integration binary: odd answers of platforms, attacks, the directions of the modules, the
//! platforms against their contracts, how statements are planned, what holds for any input, how the
//! server starts, stories over HTTP on both databases, crashes of real processes, and storms over
//! them.

mod answers;
mod attacks;
mod boundaries;
mod canary;
mod contract;
mod plans;
mod properties;
mod starting;
mod stories;
mod storm;
mod support;
mod sweep;
