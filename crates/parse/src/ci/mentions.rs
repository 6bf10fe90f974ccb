//! Variables that a text mentions, in the notations of shells and CI systems.

use std::ops::Range;

use super::system::System;

/// One mention of a variable.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) name: String,
    /// From the sign that introduces it to its end.
    pub(super) range: Range<usize>,
}

/// All mentions: `$X`, `${X…}`, PowerShell's `$env:X`, `%X%` of the Windows shell, and `$(X)` where the system has it.
pub(super) fn mentions(text: &str, system: &System) -> Vec<Mention> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = memchr::memchr2(b'$', b'%', &bytes[at..]).map(|offset| at + offset) {
        at = start + 1;
        let from = match (bytes[start], bytes.get(at)) {
            (b'%', _) => percent(text, start),
            (_, Some(b'$')) if system.escapes => None,
            (_, Some(b'$')) => {
                at += 1;
                None
            }
            // An expression of GitHub or Azure.
            (_, Some(b'{')) if bytes.get(at + 1) == Some(&b'{') => None,
            (_, Some(b'{')) => Some(at + 1..name_end(bytes, at + 1)).filter(|name| !name.is_empty()),
            (_, Some(b'(')) if system.macros => enclosed(bytes, at + 1),
            _ => Some(at..name_end(bytes, at)),
        };
        let Some(mut name) = from.filter(|name| !name.is_empty()) else { continue };
        if matches!(&text[name.clone()], "env" | "Env" | "ENV") && bytes.get(name.end) == Some(&b':') {
            name = name.end + 1..name_end(bytes, name.end + 1);
        }
        if system.properties && bytes.get(name.end) == Some(&b'.') {
            if &text[name.clone()] != "env" {
                at = name.end;
                continue;
            }
            name = name.end + 1..name_end(bytes, name.end + 1);
        }
        let closes = bytes.get(name.end).is_some_and(|byte| matches!(byte, b'}' | b')' | b'%')) && bytes[start + 1] != bytes[name.start];
        let end = name.end + usize::from(closes || bytes[start] == b'%');
        at = name.end.max(at);
        if !name.is_empty() && !bytes[name.start].is_ascii_digit() {
            found.push(Mention { name: text[name].to_owned(), range: start..end });
        }
    }
    found
}

fn name_end(bytes: &[u8], start: usize) -> usize {
    (start..bytes.len()).find(|&at| !(bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_')).unwrap_or(bytes.len())
}

/// `%NAME%`, upper case as people write it; a date's `%Y-%m` is none.
fn percent(text: &str, start: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let end = name_end(bytes, start + 1);
    let is_name = end > start + 2 && bytes.get(end) == Some(&b'%') && bytes[start + 1..end].iter().all(|byte| !byte.is_ascii_lowercase());
    is_name.then_some(start + 1..end)
}

/// `$(NAME)`; with blanks or options in it, it is a command.
fn enclosed(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let end = (start..bytes.len()).find(|&at| !is_part(&bytes[at]))?;
    (bytes[end] == b')').then_some(start..end)
}

#[cfg(test)]
mod tests {
    use unkeyed_model::WorkloadKind;

    use super::*;

    fn read(text: &str, system: &System) -> Vec<String> {
        mentions(text, system).into_iter().map(|found| format!("{}={}", found.name, &text[found.range])).collect()
    }

    #[test]
    fn every_notation_is_read() {
        let plain = System::new("x", WorkloadKind::GitlabJob);
        assert_eq!(
            read("$A ${B} ${C:-d} \"$env:D\" %DEF% $1 $$E $(F) 100% %Y-%m%", &plain),
            ["A=$A", "B=${B}", "C=${C", "D=$env:D", "DEF=%DEF%"]
        );
        let azure = System { macros: true, ..System::new("x", WorkloadKind::AzureJob) };
        assert_eq!(read("$(a.B-c) $(date +%s) ${{ x }}", &azure), ["a.B-c=$(a.B-c)"]);
        let jenkins = System { properties: true, ..System::new("x", WorkloadKind::Jenkins) };
        assert_eq!(read("${env.A} ${params.B} ${C}", &jenkins), ["A=${env.A}", "C=${C}"]);
        let drone = System { escapes: true, ..System::new("x", WorkloadKind::Drone) };
        assert_eq!(read("$$A $${B}", &drone), ["A=$A", "B=${B}"]);
    }

    #[test]
    fn every_prefix_ends() {
        let text = "é $A ${B:-$env:C} %DEF% $$ ${{ $(x.y";
        let azure = System { macros: true, ..System::new("x", WorkloadKind::AzureJob) };
        for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
            let _ = read(&text[..end], &azure);
        }
    }
}
