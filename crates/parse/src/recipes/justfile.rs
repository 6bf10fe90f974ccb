//! A justfile, as far as variables and the lines of recipes go (Just Programmer's Manual, "Variables", "Recipe Bodies").

/// The file as a shell gets it, each byte in its place: `name := "value"` is an assignment, headings are blanks, `@` and `-` in
/// front of a line are `just`'s own.
pub(super) fn for_shell(text: &str) -> String {
    text.split_inclusive('\n').map(line).collect()
}

fn line(line: &str) -> String {
    let body = line.trim_start_matches([' ', '\t']);
    if body.len() < line.len() || body.starts_with('#') {
        let own = body.len() - body.trim_start_matches(['@', '-']).len();
        return [&line[..line.len() - body.len()], &" ".repeat(own), &body[own..]].concat();
    }
    let declared = body.strip_prefix("export ").unwrap_or(body);
    match declared.split_once(":=") {
        Some((name, value)) => {
            let (name, value) = (name.trim_end(), value.trim_start_matches(' '));
            let blanks = line.len() - name.len() - value.len() - 1;
            [&" ".repeat(blanks), name, "=", value].concat()
        }
        None => line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::for_shell;

    #[test]
    fn variables_and_lines_stay_and_headings_go() {
        let text = "org := \"northwind\"\nexport a:='b'\n\ndeploy env=\"x\": build\n    @echo -n a\n\t-rm b\n# c\n";
        let expected = "   org=\"northwind\"\n        a='b'\n\n                     \n     echo -n a\n\t rm b\n# c\n";
        assert_eq!(for_shell(text), expected);
        assert_eq!(for_shell(text).len(), text.len());
    }
}
