//! Writes containers.

use std::io::Write as _;

/// `length` bytes that look random, the same for the same seed.
pub(crate) fn noise(seed: u32, length: usize) -> Vec<u8> {
    let mut state = u64::from(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(step).collect()
}

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

pub(crate) fn deflate(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

pub(crate) fn zlib(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

pub(crate) fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

pub(crate) fn xz(content: &[u8]) -> Vec<u8> {
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

pub(crate) fn lzma(content: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::LzmaOptions::with_preset(1);
    let mut writer = lzma_rust2::LzmaWriter::new_use_header(Vec::new(), &options, None).unwrap();
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

pub(crate) fn lzip(content: &[u8]) -> Vec<u8> {
    let mut writer = lzma_rust2::LzipWriter::new(Vec::new(), lzma_rust2::LzipOptions::with_preset(1));
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

pub(crate) fn zstd(content: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
}

pub(crate) fn lz4(content: &[u8]) -> Vec<u8> {
    let blocks = lz4_flex::frame::FrameInfo::new().block_size(lz4_flex::frame::BlockSize::Max64KB);
    let mut writer = lz4_flex::frame::FrameEncoder::with_frame_info(blocks, Vec::new());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

/// Brotli (RFC 7932) that compresses nothing: a window of 64 KiB, meta-blocks as they are (§9.2), and an empty last one.
pub(crate) fn brotli(content: &[u8]) -> Vec<u8> {
    let mut stream = Vec::new();
    for (number, part) in content.chunks(1 << 16).enumerate() {
        // Of the first block, the lowest bit is the window's. Then: not the last, four digits of length, length, as it is.
        let header = (part.len() as u32 - 1) << 3 | 1 << 19;
        let header = if number == 0 { header << 1 } else { header };
        stream.extend_from_slice(&header.to_le_bytes()[..3]);
        stream.extend_from_slice(part);
    }
    stream.push(3);
    stream
}

/// A tar of regular files.
pub(crate) fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o600);
        builder.append_data(&mut header, name, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

/// How a member of a zip is written.
pub(crate) struct Member<'m> {
    pub(crate) name: &'m str,
    pub(crate) content: &'m [u8],
    pub(crate) method: u16,
    /// 1: encrypted; 8: sizes behind the data.
    pub(crate) flags: u16,
    /// Whether the directory names it.
    pub(crate) listed: bool,
    /// Sizes and offset in the extra fields for 64 bits.
    pub(crate) zip64: bool,
}

impl<'m> Member<'m> {
    pub(crate) fn new(name: &'m str, content: &'m [u8]) -> Self {
        Self { name, content, method: 8, flags: 0, listed: true, zip64: false }
    }
}

/// A zip of members, deflated.
pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip_of(&members.iter().map(|(name, content)| Member::new(name, content)).collect::<Vec<_>>())
}

pub(crate) fn zip_of(members: &[Member<'_>]) -> Vec<u8> {
    let (mut file, mut directory, mut count) = (Vec::new(), Vec::new(), 0_u16);
    for member in members {
        let packed = match member.method {
            8 => deflate(member.content),
            12 => bzip2(member.content),
            14 => [&[9, 20, 5, 0], &lzma(member.content)[..5], &lzma(member.content)[13..]].concat(),
            93 => zstd(member.content),
            95 => xz(member.content),
            _ => member.content.to_vec(),
        };
        let offset = file.len() as u64;
        let sizes = [packed.len() as u64, member.content.len() as u64];
        file.extend(zip_header(b"PK\x03\x04", member, sizes, None));
        file.extend(&packed);
        if member.flags & 8 != 0 {
            file.extend(b"PK\x07\x08\0\0\0\0");
            sizes.iter().for_each(|size| file.extend((*size as u32).to_le_bytes()));
        }
        if member.listed {
            directory.extend(zip_header(b"PK\x01\x02", member, sizes, Some(offset)));
            count += 1;
        }
    }
    let start = file.len() as u32;
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    [count, count].iter().for_each(|count| file.extend(count.to_le_bytes()));
    [directory.len() as u32, start].iter().for_each(|number| file.extend(number.to_le_bytes()));
    file.extend([0, 0]);
    file
}

/// A local header, or that of the directory if there is an offset.
pub(crate) fn zip_header(mark: &[u8; 4], member: &Member<'_>, sizes: [u64; 2], offset: Option<u64>) -> Vec<u8> {
    let mut header = mark.to_vec();
    if offset.is_some() {
        header.extend([20, 0]);
    }
    header.extend([20, 0]);
    [member.flags, member.method].iter().for_each(|number| header.extend(number.to_le_bytes()));
    header.extend([0; 8]);
    let behind = member.flags & 8 != 0 && offset.is_none();
    let mut extra = Vec::new();
    if member.zip64 {
        extra.extend([1, 0, if offset.is_some() { 24 } else { 16 }, 0]);
        [sizes[1], sizes[0]].iter().chain(&offset).for_each(|number| extra.extend(number.to_le_bytes()));
    }
    for size in sizes {
        let field = if behind {
            0
        } else if member.zip64 {
            u32::MAX
        } else {
            size as u32
        };
        header.extend(field.to_le_bytes());
    }
    header.extend((member.name.len() as u16).to_le_bytes());
    header.extend((extra.len() as u16).to_le_bytes());
    if let Some(offset) = offset {
        header.extend([0; 10]);
        header.extend((if member.zip64 { u32::MAX } else { offset as u32 }).to_le_bytes());
    }
    header.extend(member.name.as_bytes());
    header.extend(extra);
    header
}
