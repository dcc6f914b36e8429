//! Where the sweeps kill: the test accounts, one for each strategy of refreshing, and the
//! failpoints of the sources.

use std::path::Path;

use super::creator::Place;

/// Extended (Instagram), rotating (TikTok, X), kept (YouTube, Reddit).
pub const PLACES: [Place; 5] = [
    Place {
        provider: "instagram",
        allows: "10160442918375506",
        id: "17841401173629085",
        token_call: "/oauth/access_token",
    },
    Place {
        provider: "tiktok",
        allows: "afd97af1-b87b-48b9-ac98-410a5e0c5344",
        id: "afd97af1-b87b-48b9-ac98-410a5e0c5344",
        token_call: "/v2/oauth/token/",
    },
    Place {
        provider: "youtube",
        allows: "UCk0f1C00ksTvEry7uesday_",
        id: "UCk0f1C00ksTvEry7uesday_",
        token_call: "/token",
    },
    Place {
        provider: "x",
        allows: "1427750916318339072",
        id: "1427750916318339072",
        token_call: "/2/oauth2/token",
    },
    Place {
        provider: "reddit",
        allows: "4k2mf9qd",
        id: "4k2mf9qd",
        token_call: "/api/v1/access_token",
    },
];

pub const INES_WITH_TWO_PAGES: &str = "10221873645091827";
pub const INES_PAINTS: &str = "17841405822304914";

/// The name of every `failpoint!` below `src`.
pub fn failpoints() -> Vec<String> {
    let mut names = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut names);
    assert!(!names.is_empty(), "src was not read");
    names
}

fn collect(folder: &Path, names: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder of src") {
        let path = entry.expect("its entry").path();
        if path.is_dir() {
            collect(&path, names);
        } else {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let named = code.filter_map(|line| line.split_once("failpoint!(\"")?.1.split_once('"'));
            names.extend(named.map(|(name, _)| name.to_owned()));
        }
    }
}
