//! Compressed bodies without a compressor: each format has blocks that hold bytes as they are.

/// Longer bodies take more blocks than are written here.
const MAX_BLOCK: usize = u16::MAX as usize;

/// RFC 1952.
pub fn gzip(body: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    out.extend(stored(body));
    out.extend(crc32(body).to_le_bytes());
    out.extend((body.len() as u32).to_le_bytes());
    out
}

/// "deflate" of HTTP is RFC 1950.
pub fn zlib(body: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    out.extend(stored(body));
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in body {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    out.extend(((b << 16) | a).to_be_bytes());
    out
}

/// RFC 7932: a window of 64 kB, one uncompressed meta-block, an empty last one.
pub fn brotli(body: &[u8]) -> Vec<u8> {
    assert!((1..=MAX_BLOCK).contains(&body.len()), "one block");
    let header = ((body.len() as u32 - 1) << 4) | (1 << 20);
    let mut out = header.to_le_bytes()[..3].to_vec();
    out.extend(body);
    out.push(0b11);
    out
}

/// RFC 1951: one last block that is not compressed.
fn stored(body: &[u8]) -> Vec<u8> {
    assert!(body.len() <= MAX_BLOCK, "one block");
    let length = body.len() as u16;
    let mut out = vec![1];
    out.extend(length.to_le_bytes());
    out.extend((!length).to_le_bytes());
    out.extend(body);
    out
}

fn crc32(body: &[u8]) -> u32 {
    !body.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1))
        })
    })
}

#[test]
fn the_checksum_is_that_of_the_standard() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
}
