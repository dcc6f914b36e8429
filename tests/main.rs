//! One integration binary: odd answers of platforms, attacks, the directions of the modules, the
//! platforms against their contracts, how statements are planned, what holds for any input, how the
//! server starts, stories over HTTP on both databases, crashes of real processes, and storms over
//! them.

#![allow(
    clippy::let_underscore_must_use,
    reason = "a story may not care how a request ended, and says so by the next line"
)]

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
