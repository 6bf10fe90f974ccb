//! The rules of a Makefile, as far as names, prerequisites and recipes go (GNU make manual, "Writing Rules").

use unkeyed_model::Span;

/// What a Makefile declares.
#[derive(Default)]
pub(super) struct Makefile<'a> {
    pub(super) rules: Vec<Rule<'a>>,
    /// Variables that it sets.
    pub(super) set: Vec<&'a str>,
}

/// A rule with a recipe or prerequisites.
pub(super) struct Rule<'a> {
    pub(super) targets: Vec<&'a str>,
    pub(super) needs: Vec<&'a str>,
    /// The lines of its recipe.
    pub(super) recipe: Span,
}

impl<'a> Makefile<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut file = Self::default();
        let (mut at, mut in_needs, mut in_recipe, mut in_define) = (0, false, false, false);
        for line in text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            let words = line.trim();
            let continues = text[..start].trim_end_matches(['\n', '\r']).ends_with('\\');
            if in_needs && continues {
                if let Some(rule) = file.rules.last_mut() {
                    rule.go_on(text, start, at);
                }
                continue;
            }
            in_needs = false;
            if in_define {
                in_define = words != "endef";
            } else if in_recipe && (line.starts_with('\t') || continues) {
                if let Some(rule) = file.rules.last_mut() {
                    rule.extend(start, at);
                }
            } else if words.is_empty() || words.starts_with('#') || continues {
            } else if words.starts_with("define ") {
                in_define = true;
            } else {
                in_recipe = file.declaration(text, start, at);
                in_needs = in_recipe;
            }
        }
        file
    }

    /// A variable or a rule; says whether a recipe may follow.
    fn declaration(&mut self, text: &'a str, start: usize, end: usize) -> bool {
        let line = text[start..end].split('#').next().unwrap_or_default().trim_end();
        let equals = line.find('=');
        let colon = line.find(':').filter(|colon| equals.is_none_or(|equals| *colon < equals));
        let assigned = equals.filter(|equals| colon.is_none_or(|colon| line[colon..*equals].bytes().all(|byte| byte == b':')));
        if let Some(equals) = assigned {
            let name = line[..equals].trim_end_matches([':', '?', '+', '!', ' ', '\t']).rsplit([' ', '\t']).next().unwrap_or_default();
            self.set.push(name);
            return false;
        }
        let Some(colon) = colon else { return false };
        let mut rule = Rule { targets: names(&line[..colon]).collect(), needs: Vec::new(), recipe: Span::new(end, end) };
        rule.go_on(text, end - text[start + colon..end].trim_start_matches(':').len(), end);
        self.rules.push(rule);
        true
    }
}

/// The targets that a text names.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().filter(|name| is_name(name))
}

impl<'a> Rule<'a> {
    /// Takes prerequisites, and behind a semicolon the first line of the recipe.
    fn go_on(&mut self, text: &'a str, start: usize, end: usize) {
        let line = text[start..end].split('#').next().unwrap_or_default();
        if !self.recipe.is_empty() {
            self.recipe.end = end;
            return;
        }
        let (needs, recipe) = line.split_once(';').map_or((line, None), |(needs, _)| (needs, Some(start + needs.len() + 1)));
        self.needs.extend(names(needs));
        self.recipe = Span::new(recipe.unwrap_or(end), end);
    }

    fn extend(&mut self, start: usize, end: usize) {
        let start = if self.recipe.start == self.recipe.end { start } else { self.recipe.start };
        self.recipe = Span::new(start, end);
    }
}

/// Whether a word names a target that can be called: no pattern, no special target, nothing that is computed.
fn is_name(word: &str) -> bool {
    !word.starts_with('.') && !word.contains(['%', '$', '=', '(', ')', '|', '#', '\\'])
}

/// A recipe as the shell gets it, each byte in its place: `$(NAME)` is a variable, `$$` a dollar, `@` and `-` are make's own.
pub(super) fn for_shell(recipe: &str) -> String {
    let mut bytes = recipe.as_bytes().to_vec();
    let mut begins = true;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'@' | b'-' | b'+' if begins => bytes[at] = b' ',
            b'$' => {
                at += expansion(&mut bytes[at..]);
                begins = false;
            }
            _ => {}
        }
        let Some(&byte) = bytes.get(at) else { break };
        begins = byte == b'\n' || (begins && byte.is_ascii_whitespace());
        at += 1;
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// Rewrites what begins with a dollar; how many bytes are done with.
fn expansion(bytes: &mut [u8]) -> usize {
    const MAKE: &[u8] = b"$(MAKE)";
    const SHELL: &[u8] = b"$(shell ";
    if bytes.starts_with(b"$$") {
        bytes[0] = b' ';
        return 1;
    }
    if bytes.starts_with(MAKE) || bytes.starts_with(b"${MAKE}") {
        bytes[..MAKE.len()].copy_from_slice(b"make   ");
        return MAKE.len() - 1;
    }
    if bytes.starts_with(SHELL) {
        bytes[2..SHELL.len()].fill(b' ');
        return 1;
    }
    let name = bytes.iter().skip(2).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    if name > 0 && bytes.get(1) == Some(&b'(') && bytes.get(2 + name) == Some(&b')') {
        bytes[1] = b'{';
        bytes[2 + name] = b'}';
    }
    0
}
