//! What task runners fill in before a shell sees a text: `{{.NAME}}` of a Taskfile, `{{name}}` of a justfile and of Ansible.

use super::expansion::name_at;

/// The text with such blanks as variables of the shell. Lengths don't change: `${NAME::}` is read as `${NAME}`.
pub(crate) fn as_variables(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (at, _) in text.match_indices("{{") {
        let inner = text[at + 2..].trim_start_matches(' ');
        let name = name_at(inner.strip_prefix('.').unwrap_or(inner));
        let behind = &inner[inner.len().min(name.len() + usize::from(inner.starts_with('.')))..];
        let spaces = behind.len() - behind.trim_start_matches(' ').len();
        // `${{ … }}` is a workflow's.
        if name.is_empty() || !behind[spaces..].starts_with("}}") || text[..at].ends_with('$') {
            continue;
        }
        let end = text.len() - behind.len() + spaces + 2;
        bytes[at] = b'$';
        bytes[at + 2..at + 2 + name.len()].copy_from_slice(name.as_bytes());
        bytes[at + 2 + name.len()..end - 1].fill(b':');
    }
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::as_variables;

    #[test]
    fn blanks_become_variables_of_the_same_length() {
        let cases = [
            ("a {{.ORG}}/{{ .REPO }}", "a ${ORG::}/${REPO::::}"),
            ("{{org}}", "${org:}"),
            ("${{ env.ORG }} {{ a.b }} {{range}} {{", "${{ env.ORG }} {{ a.b }} ${range:} {{"),
            ("{{ü}}{{a", "{{ü}}{{a"),
        ];
        for (text, expected) in cases {
            assert_eq!(as_variables(text), expected);
            assert_eq!(as_variables(text).len(), text.len());
        }
    }
}
