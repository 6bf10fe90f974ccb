//! What a shell fills into a text: values of variables that are known, and holes for the others.

use super::script::{MAX_TEXT, Script};

/// The longest `${…}` that is followed, in bytes: a text may be full of openings that nothing closes.
const MAX_EXPANSION: usize = 4 << 10;

impl Script {
    /// The text with what the shell fills in: values that are known, and holes for the others.
    pub(super) fn expanded(&self, text: &str) -> String {
        if self.left.get() == 0 {
            return text.to_owned();
        }
        let out = self.filled(text);
        self.left.set(self.left.get().saturating_sub(out.len()));
        out
    }

    fn known(&self, name: &str) -> Option<&String> {
        self.variables.get(name).or_else(|| self.given.get(name))
    }

    fn filled(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let length = self.expansion(rest, &mut out);
            rest = &rest[length..];
            if out.len() > MAX_TEXT {
                return out;
            }
        }
        out + rest
    }

    /// Writes what stands for the expansion behind a `$`, and says how long it is.
    fn expansion(&self, rest: &str, out: &mut String) -> usize {
        let hole = |name: &str| format!("${{var.{}}}", if name.is_empty() { "substitution" } else { name });
        if rest.starts_with("()") {
            out.push_str(&hole(""));
            return 2;
        }
        if let Some(inner) = rest.strip_prefix('{') {
            let near = &inner.as_bytes()[..inner.len().min(MAX_EXPANSION)];
            let Some(end) = near.iter().position(|&byte| byte == b'}') else {
                out.push('$');
                return 0;
            };
            let inside = &inner[..end];
            // `${{ env.NAME }}` of a workflow, `${{ variables.NAME }}` of a pipeline.
            let expression = inside.strip_prefix('{').map(str::trim).and_then(|text| text.split_once('.'));
            let name = match expression {
                Some(("env" | "variables", name)) if name_at(name) == name => name,
                _ => name_at(inside),
            };
            let default = inside.get(name.len()..).unwrap_or_default().trim_start_matches(':').strip_prefix('-');
            match (self.known(name), default) {
                (Some(value), _) => out.push_str(value),
                (None, Some(default)) if !name.is_empty() && !default.contains('$') => out.push_str(default),
                _ => out.push_str(&hole(name)),
            }
            // `${{ … }}` of a workflow closes twice.
            return end + 2 + usize::from(inside.starts_with('{') && inner[end + 1..].starts_with('}'));
        }
        let name = name_at(rest);
        if name.is_empty() {
            out.push('$');
            return 0;
        }
        match self.known(name) {
            Some(value) => out.push_str(value),
            None => out.push_str(&hole(name)),
        }
        name.len()
    }
}

/// The name of a variable with which a text begins.
pub(super) fn name_at(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}
