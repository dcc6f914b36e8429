//! The platforms of the sandbox. A new one needs its folder and its line here.

use super::{instagram, onlyfans, platform::Twin, reddit, tiktok, x, youtube};

/// Every platform, in the order of the control page.
pub static ALL: &[&Twin] =
    &[&instagram::TWIN, &tiktok::TWIN, &youtube::TWIN, &x::TWIN, &reddit::TWIN, &onlyfans::TWIN];

/// The platform with this id.
pub fn find(id: &str) -> Option<&'static Twin> {
    ALL.iter().copied().find(|twin| twin.id == id)
}
