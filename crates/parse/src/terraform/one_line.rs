//! Configurations of SPIRE with several attributes or blocks on a line, as the first version of the language allows (HashiCorp, "HCL",
//! version 1): the second version, which is parsed here, wants each on a line of its own.
//!
//! Nothing moves: where a line has to end, the blank that stands there becomes its end.

/// The text with an end of line wherever the second version wants one.
pub(super) fn unfolded(text: &str) -> String {
    let mut out = text.as_bytes().to_vec();
    let (mut quoted, mut at) = (false, 0);
    while at < out.len() {
        match out[at] {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b'#' if !quoted => at += text.as_bytes()[at..].iter().position(|byte| *byte == b'\n').unwrap_or(out.len() - at),
            b' ' if !quoted && ends_line(&text.as_bytes()[..at], &text.as_bytes()[at..]) => out[at] = b'\n',
            _ => {}
        }
        at += 1;
    }
    String::from_utf8(out).unwrap_or_default()
}

/// Whether a line has to end between what stands before a blank and what stands behind it.
fn ends_line(before: &[u8], behind: &[u8]) -> bool {
    let Some(last) = before.iter().rev().find(|byte| **byte != b' ') else { return false };
    let next = behind.trim_ascii_start();
    let word = next.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
    let then = next[word..].trim_ascii_start().first().copied().unwrap_or_default();
    match (last, next.first()) {
        (b'{' | b'}', Some(b'}')) | (b'{', Some(b'"')) => true,
        (_, Some(b'}')) => !matches!(last, b'\n'),
        (b'{', _) => word > 0,
        (b'}', _) => word > 0 && matches!(then, b'=' | b'"' | b'{'),
        (b'"' | b']', _) => word > 0 && matches!(then, b'=' | b'{' | b'"'),
        (last, _) => last.is_ascii_alphanumeric() && word > 0 && then == b'=',
    }
}

#[cfg(test)]
mod tests {
    use super::unfolded;

    #[test]
    fn each_attribute_and_block_has_its_line() {
        let text = "plugins {\n  A \"sql\" { data { type = \"x y\" on = true n = 3 } }\n  B \"m\" { data {} } # a { b = c }\n}\n";
        let unfolded = unfolded(text);
        assert_eq!(unfolded.len(), text.len());
        assert!(hcl_edit::parser::parse_body(text).is_err());
        let body = hcl_edit::parser::parse_body(&unfolded).unwrap();
        let plugins = body.blocks().next().unwrap();
        let labels: Vec<_> = plugins.body.blocks().map(|block| block.ident.as_str().to_owned()).collect();
        let data = plugins.body.blocks().next().unwrap().body.blocks().next().unwrap();
        assert_eq!((labels, data.body.attributes().count()), (vec!["A".to_owned(), "B".to_owned()], 3));
    }

    #[test]
    fn what_the_second_version_reads_it_still_reads() {
        let text = "a = [1, 2, { b = 1 }]\nc = { d = { e = \"f } g\" } }\nh \"i\" {\n  j = \"k\"\n}\n";
        assert!(hcl_edit::parser::parse_body(&unfolded(text)).is_ok());
    }
}
