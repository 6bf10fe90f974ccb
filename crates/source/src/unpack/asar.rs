//! asar, the archive of Electron applications: a JSON directory, then the files one after another, uncompressed.
//! <https://github.com/electron/asar#format>

use std::io::{BufReader, Read, SeekFrom};

use serde_json::{Map, Value};
use unkeyed_model::SkipReason;

use super::door::Door;
use super::exact::Exact;
use super::numbers::u32_at;
use super::place::Place;
use super::{Halt, Outcome, ReadSeek};

/// Sizes of four nested records.
const PRELUDE: usize = 16;
/// Largest directory; in memory it takes up to eight times as much.
const DIRECTORY_BYTES: u32 = 8 << 20;

/// Whether the sizes fit into each other and a directory follows.
pub(super) fn is_asar(head: &[u8], _name: &str) -> bool {
    u32_at(head, 4) == u32_at(head, 8).wrapping_add(4) && head.get(PRELUDE..).is_some_and(|json| json.starts_with(br#"{"files""#))
}

pub(super) fn read(door: &mut Door<'_>, place: &Place, file: &mut dyn ReadSeek) -> Outcome {
    let mut prelude = [0; PRELUDE];
    file.read_exact(&mut prelude)?;
    let (directory_bytes, json_bytes) = (u32_at(&prelude, 4), u32_at(&prelude, 12));
    if json_bytes > DIRECTORY_BYTES {
        return Err(Halt::Here(SkipReason::Limit, format!("its directory is larger than {DIRECTORY_BYTES} bytes")));
    }
    door.budget.claim(8 * json_bytes as usize)?;
    let mut json = Vec::new();
    Exact::new(&mut *file, u64::from(json_bytes)).read_to_end(&mut json)?;
    let directory: Value = serde_json::from_slice(&json).map_err(|_| Halt::damaged("its directory is no JSON"))?;
    drop(json);
    let data = 8 + u64::from(directory_bytes);
    directory["files"].as_object().map_or(Ok(()), |files| folder(door, place, file, data, "", files))
}

/// Reads the files of one folder; serde_json bounds how deep folders nest.
fn folder(door: &mut Door<'_>, place: &Place, file: &mut dyn ReadSeek, data: u64, path: &str, files: &Map<String, Value>) -> Outcome {
    for (name, node) in files {
        let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        if let Some(files) = node["files"].as_object() {
            folder(door, place, file, data, &path, files)?;
            continue;
        }
        // What has no offset is a link, or lies beside the archive.
        let offset = node["offset"].as_str().and_then(|offset| offset.parse::<u64>().ok());
        if let (Some(offset), Some(size)) = (offset, node["size"].as_u64()) {
            file.seek(SeekFrom::Start(data.saturating_add(offset)))?;
            let budget = door.budget;
            let mut content = budget.metered(Exact::new(BufReader::new(&mut *file), size), 1);
            door.member(place, path.as_bytes(), &mut content)?;
        }
    }
    Ok(())
}
