//! Pictures for the test accounts: a mirrored pattern of 5 by 5 fields in two colours, both drawn
//! from the account's id.

use axum::{
    extract::Path,
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use super::{oauth::Params, registry};

/// Edge of a field; the pattern has a margin of half a field.
const FIELD: usize = 40;
const EDGE: usize = FIELD * 6;

const BACKGROUNDS: [[u8; 3]; 6] = [
    [254, 243, 199],
    [219, 234, 254],
    [220, 252, 231],
    [252, 231, 243],
    [237, 233, 254],
    [255, 237, 213],
];
const FOREGROUNDS: [[u8; 3]; 7] = [
    [180, 83, 9],
    [30, 64, 175],
    [22, 101, 52],
    [157, 23, 77],
    [91, 33, 182],
    [154, 52, 18],
    [15, 118, 110],
];

/// `GET /avatars/{platform}/{account}`; with `?of=`, one of several profiles of that account.
pub async fn show(Path((platform, account)): Path<(String, String)>, uri: Uri) -> Response {
    let query = Params::query(&uri);
    match registry::find(&platform).and_then(|twin| twin.account(&account)) {
        Some(account) => (
            [(header::CONTENT_TYPE, "image/png")],
            draw(&format!("{platform}/{}", query.get("of").unwrap_or(account.id))),
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn draw(seed: &str) -> Vec<u8> {
    let hash = Sha256::digest(seed.as_bytes());
    let is_filled = |x: usize, y: usize| {
        let (Some(x), Some(y)) = (x.checked_sub(FIELD / 2), y.checked_sub(FIELD / 2)) else {
            return false;
        };
        let (column, row) = (x / FIELD, y / FIELD);
        column < 5 && row < 5 && hash[row * 3 + column.min(4 - column)] % 2 == 0
    };
    let mut rows = Vec::with_capacity(EDGE * (1 + EDGE / 8));
    for y in 0..EDGE {
        rows.push(0); // no filter
        rows.extend((0..EDGE / 8).map(|byte| {
            (0..8).fold(0, |bits, bit| bits << 1 | u8::from(is_filled(byte * 8 + bit, y)))
        }));
    }
    let palette = [
        BACKGROUNDS[hash[30] as usize % BACKGROUNDS.len()],
        FOREGROUNDS[hash[31] as usize % FOREGROUNDS.len()],
    ];
    png(&rows, &palette)
}

/// A PNG of one bit a pixel with two colours, uncompressed (PNG specification, sections 5, 10 and
/// 11; RFC 1950, RFC 1951).
fn png(rows: &[u8], palette: &[[u8; 3]; 2]) -> Vec<u8> {
    let edge = (EDGE as u32).to_be_bytes();
    let header = [&edge[..], &edge, &[1, 3, 0, 0, 0]].concat(); // depth 1, indexed colour
    let length = rows.len() as u16; // 240 rows of 31 bytes: far below a stored block's 65,535
    let data = [
        &[0x78, 0x01, 1][..],
        &length.to_le_bytes(),
        &(!length).to_le_bytes(),
        rows,
        &adler32(rows).to_be_bytes(),
    ]
    .concat();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, body) in [
        (b"IHDR", &header[..]),
        (b"PLTE", palette.as_flattened()),
        (b"IDAT", &data),
        (b"IEND", &[]),
    ] {
        let named = [&name[..], body].concat();
        file.extend((body.len() as u32).to_be_bytes());
        file.extend(&named);
        file.extend(crc32(&named).to_be_bytes());
    }
    file
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| {
        if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 }
    };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

fn adler32(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1, 0), |(a, b), byte| {
        ((a + u32::from(*byte)) % 65_521, (b + a + u32::from(*byte)) % 65_521)
    });
    b << 16 | a
}
