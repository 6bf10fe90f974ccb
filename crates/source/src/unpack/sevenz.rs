//! 7z, by `sevenz-rust2`. It reads the directory into memory and takes sizes from the file, so both are looked at before.

use std::io::{Read, SeekFrom};

use sevenz_rust2::{Archive, Block, BlockDecoder, Password};
use unkeyed_model::SkipReason;

use super::door::Door;
use super::limits::{SLOW, WINDOW_BYTES};
use super::numbers::{u32_at, u64_at};
use super::place::Place;
use super::{Halt, Outcome, ReadSeek};

/// Largest directory, decompressed.
const DIRECTORY_BYTES: u64 = 1 << 20;
/// How much more than in the file a directory may take in memory.
const DIRECTORY_GROWTH: usize = 96;
/// What a decoder takes beside its window.
const DECODER_BYTES: usize = 1 << 20;
const START: usize = 32;
const AES: &[u8] = &[6, 0xF1, 7, 1];
const LZMA: &[u8] = &[3, 1, 1];
const LZMA2: &[u8] = &[0x21];
const PPMD: &[u8] = &[3, 4, 1];

pub(super) fn read(door: &mut Door<'_>, place: &Place, file: &mut dyn ReadSeek) -> Outcome {
    let directory_bytes = check_directory(file)?;
    door.budget.claim(DIRECTORY_GROWTH * directory_bytes as usize)?;
    file.rewind()?;
    let mut file = file;
    let password = Password::empty();
    let archive = Archive::read(&mut file, &password).map_err(|_| Halt::damaged("its directory is damaged"))?;
    for (index, block) in archive.blocks.iter().enumerate() {
        let held = door.budget.held();
        if let Err(Halt::Here(why, detail)) = window(block).and_then(|window| door.budget.claim(window)) {
            door.say(place, why, detail)?;
            continue;
        }
        read_block(door, place, BlockDecoder::new(1, index, &archive, &password, &mut file))?;
        door.budget.hold_only(held);
    }
    Ok(())
}

fn read_block(door: &mut Door<'_>, place: &Place, block: BlockDecoder<'_, &mut dyn ReadSeek>) -> Outcome {
    let mut outcome = Ok(());
    let budget = door.budget;
    let result = block.for_each_entries(&mut |entry, data| {
        if entry.has_stream() {
            outcome = door.member(place, entry.name().as_bytes(), &mut budget.metered(data, SLOW));
        }
        Ok(outcome.is_ok())
    });
    outcome?;
    match result {
        Ok(_) => Ok(()),
        Err(_) => door.say(place, SkipReason::Malformed, "a part of it is damaged; what came before in that part was read"),
    }
}

/// Memory that decompressing `block` takes, or why it is not done. No window gets larger than what it slides over.
fn window(block: &Block) -> Result<usize, Halt> {
    let mut memory = 0;
    for coder in &block.coders {
        let window = match coder.encoder_method_id() {
            AES => return Err(Halt::Here(SkipReason::Encrypted, "members encrypted with a password".into())),
            LZMA | PPMD => u64::from(u32_at(coder.properties(), 1)),
            LZMA2 => coder.properties().first().map_or(0, |&bits| u64::from(2 | (bits & 1)) << (bits.min(40) / 2 + 11)),
            _ => 0,
        };
        let window = window.min(block.get_unpack_size());
        if window > WINDOW_BYTES as u64 {
            let detail = format!("it needs {window} bytes of memory to be decompressed; the limit is {WINDOW_BYTES}");
            return Err(Halt::Here(SkipReason::Limit, detail));
        }
        memory += window as usize + DECODER_BYTES;
    }
    Ok(memory)
}

/// Looks at where the directory is and how large it gets. One that is compressed is described by a record of its own:
/// `17 06 position 1 09 size [0A checksum] 00 07 0B 1 0 coders 0C size ...` (7zFormat.txt of the 7-Zip sources).
fn check_directory(file: &mut dyn ReadSeek) -> Result<u64, Halt> {
    let mut start = [0; START];
    file.read_exact(&mut start)?;
    let (offset, size) = (u64_at(&start, 12), u64_at(&start, 20));
    if size > DIRECTORY_BYTES {
        return Err(too_large());
    }
    let mut directory = Vec::new();
    file.seek(SeekFrom::Start(offset.saturating_add(START as u64)))?;
    file.take(size).read_to_end(&mut directory)?;
    if directory.len() as u64 != size {
        return Err(Halt::damaged("it ends too early: its directory, which stands at the end, is missing"));
    }
    match directory.first() {
        Some(0x17) => {}
        _ => return Ok(size),
    }
    match packed_directory(&directory[1..]) {
        Some(Packed::Plain(size)) if size <= DIRECTORY_BYTES => Ok(size),
        Some(Packed::Plain(_)) => Err(too_large()),
        Some(Packed::Encrypted) => Err(Halt::Here(SkipReason::Encrypted, "encrypted with a password, names included".into())),
        None => Err(Halt::damaged("its directory is damaged")),
    }
}

fn too_large() -> Halt {
    Halt::Here(SkipReason::Limit, format!("its directory is larger than {DIRECTORY_BYTES} bytes"))
}

enum Packed {
    Plain(u64),
    Encrypted,
}

/// The decompressed size of the directory.
fn packed_directory(mut record: &[u8]) -> Option<Packed> {
    let record = &mut record;
    expect(record, 6)?;
    number(record)?;
    let streams = number(record)?;
    expect(record, 9)?;
    for _ in 0..streams {
        number(record)?;
    }
    if byte(record)? == 0x0A {
        // A flag that all are defined, and four bytes each.
        take(record, 1 + 4 * usize::try_from(streams).ok()?)?;
        expect(record, 0)?;
    }
    [7, 0x0B, 1, 0].into_iter().try_for_each(|expected| expect(record, expected))?;
    let coders = number(record)?;
    let mut encrypted = false;
    for _ in 0..coders {
        let flags = byte(record)?;
        encrypted |= take(record, usize::from(flags & 0x0F))? == AES;
        if flags & 0x20 != 0 {
            let length = usize::try_from(number(record)?).ok()?;
            take(record, length)?;
        }
        if flags & 0xD0 != 0 {
            return None;
        }
    }
    if encrypted {
        return Some(Packed::Encrypted);
    }
    if coders != 1 {
        return None;
    }
    expect(record, 0x0C)?;
    number(record).map(Packed::Plain)
}

fn take<'r>(record: &mut &'r [u8], length: usize) -> Option<&'r [u8]> {
    let (taken, rest) = record.split_at_checked(length)?;
    *record = rest;
    Some(taken)
}

fn byte(record: &mut &[u8]) -> Option<u8> {
    take(record, 1).map(|taken| taken[0])
}

fn expect(record: &mut &[u8], expected: u8) -> Option<()> {
    (byte(record)? == expected).then_some(())
}

/// As many further bytes as the first has leading ones, least significant first; its other bits are the highest.
fn number(record: &mut &[u8]) -> Option<u64> {
    let first = byte(record)?;
    let further = first.leading_ones().min(8);
    let low = take(record, further as usize)?.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte));
    let high = if further < 7 { u64::from(first & (0x7F >> further)) << (8 * further) } else { 0 };
    Some(low | high)
}
