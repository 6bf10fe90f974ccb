//! Patterns over subjects: globs as a trust writes them, and templates with holes as a token is predicted.
//!
//! One decision a reader would question: a token template is a *set* of tokens (a job may run on any branch), so that
//! matching is the question whether two patterns share a word, not whether one word fits one pattern.

use std::borrow::Cow;

/// Longest text that is compared. Real subjects stay below 300 characters; the limit keeps the product of two hostile
/// texts small; a longer one can't be told.
pub(crate) const LONGEST: usize = 1024;

/// Stands for "something else" when it is asked whether a pattern admits more than a template. No token holds it.
const OTHER: char = '\u{F0000}';

/// What one position accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    /// This character.
    Is(char),
    /// This character in either case.
    Fold(char),
    /// Any character.
    Any,
    /// What the value of a claim can hold: GitHub writes `:` as `%3A`, and neither git nor Kubernetes allow `*` or `?`
    /// in names.
    Value,
}

impl Set {
    fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) | (Self::Value, Self::Value) => true,
            (Self::Value, Self::Is(c) | Self::Fold(c)) | (Self::Is(c) | Self::Fold(c), Self::Value) => !matches!(c, ':' | '*' | '?'),
            (Self::Is(a), Self::Is(b)) => a == b,
            (Self::Fold(a), Self::Is(b) | Self::Fold(b)) | (Self::Is(a), Self::Fold(b)) => a.eq_ignore_ascii_case(&b),
        }
    }
}

/// One position of a pattern: a character of the set, or any number of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    set: Set,
    many: bool,
}

/// A pattern over text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<Step>);

/// One row of reachable states, with the range outside of which none is.
struct Row {
    states: Vec<bool>,
    from: usize,
    to: usize,
}

impl Row {
    fn new(width: usize) -> Self {
        Self { states: vec![false; width], from: width, to: 0 }
    }

    fn set(&mut self, state: usize) {
        self.states[state] = true;
        self.from = self.from.min(state);
        self.to = self.to.max(state + 1);
    }
}

/// Which characters are wild.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wild {
    /// None: the text itself.
    Nothing,
    /// `*`: Vault globs, OCI `eq`.
    Star,
    /// `*` and `?`, which cross `/` and `:`: AWS `StringLike`, Azure `matches`.
    StarAndMark,
}

/// Whether the letters of a filled hole must agree in case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// They must.
    Strict,
    /// They need not.
    Folded,
}

impl Case {
    fn set(self, c: char) -> Set {
        match self {
            Self::Strict => Set::Is(c),
            Self::Folded => Set::Fold(c),
        }
    }
}

impl Pattern {
    /// The pattern a trust writes; `None` if it is too long to be compared.
    pub(crate) fn of_trust(text: &str, wild: Wild) -> Option<Self> {
        (text.len() <= LONGEST).then(|| {
            Self(
                text.chars()
                    .map(|c| match c {
                        '*' if wild != Wild::Nothing => Step { set: Set::Any, many: true },
                        '?' if wild == Wild::StarAndMark => Step { set: Set::Any, many: false },
                        _ => Step { set: Set::Is(c), many: false },
                    })
                    .collect(),
            )
        })
    }

    /// The same, without regard to case.
    pub(crate) fn folded(mut self) -> Self {
        for step in &mut self.0 {
            if let Set::Is(c) = step.set {
                step.set = Set::Fold(c);
            }
        }
        self
    }

    /// Any text that begins with this one.
    pub(crate) fn beginning(text: &str) -> Option<Self> {
        let mut pattern = Self::of_trust(text, Wild::Nothing)?;
        pattern.0.push(Step { set: Set::Any, many: true });
        Some(pattern)
    }

    /// Any text that holds this one.
    pub(crate) fn holding(text: &str) -> Option<Self> {
        let mut pattern = Self::beginning(text)?;
        pattern.0.insert(0, Step { set: Set::Any, many: true });
        Some(pattern)
    }

    /// The tokens a template stands for: `{name}` is one or more characters of a claim's value, unless `fill` has a text
    /// for it, which is then compared as `case` says. `None` if too long.
    pub(crate) fn of_template<'t>(template: &str, case: Case, fill: impl Fn(&str) -> Option<&'t str>) -> Option<Self> {
        let mut steps = Vec::with_capacity(template.len().min(LONGEST));
        let mut rest = template;
        while let Some(c) = rest.chars().next() {
            if steps.len() > LONGEST {
                return None;
            }
            let hole = rest.strip_prefix('{').and_then(|inner| inner.split_once('}')).filter(|(name, _)| is_hole(name));
            let Some((name, after)) = hole else {
                steps.push(Step { set: Set::Is(c), many: false });
                rest = &rest[c.len_utf8()..];
                continue;
            };
            rest = after;
            match fill(name) {
                Some(text) => steps.extend(text.chars().map(|c| Step { set: case.set(c), many: false })),
                None => steps.extend([false, true].map(|many| Step { set: Set::Value, many })),
            }
        }
        Some(Self(steps))
    }

    /// Whether some text fits both.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        // One row of the product automaton per step of `self`; state j of row i says that both can have got there.
        let width = other.0.len() + 1;
        let mut row = Row::new(width);
        row.set(0);
        for i in 0..self.0.len() {
            let mut next = Row::new(width);
            self.follow(other, i, &mut row, &mut next);
            row = next;
        }
        self.follow(other, self.0.len(), &mut row, &mut Row::new(width));
        row.states[width - 1]
    }

    /// Follows every transition out of row i, within it and into the next one.
    fn follow(&self, other: &Self, i: usize, row: &mut Row, next: &mut Row) {
        let mine = self.0.get(i);
        let mut j = row.from;
        while j < row.to {
            if row.states[j] {
                let theirs = other.0.get(j);
                if mine.is_some_and(|step| step.many) {
                    next.set(j);
                }
                if theirs.is_some_and(|step| step.many) {
                    row.set(j + 1);
                }
                if let (Some(mine), Some(theirs)) = (mine, theirs)
                    && mine.set.meets(theirs.set)
                {
                    match (mine.many, theirs.many) {
                        (false, false) => next.set(j + 1),
                        (false, true) => next.set(j),
                        (true, false) => row.set(j + 1),
                        (true, true) => {}
                    }
                }
            }
            j += 1;
        }
    }

    /// Whether every text that fits `self` fits `other` too, wild parts of `self` being taken as "something else".
    pub(crate) fn within(&self, other: &Self) -> bool {
        let concrete = self.0.iter().map(|step| if step.set == Set::Any { Step { set: Set::Is(OTHER), many: false } } else { *step });
        Self(concrete.collect()).meets(other)
    }
}

/// A text without the parts that are filled in when it is used (`${…}`): what is written in it for certain.
pub(crate) fn certain(text: &str) -> Cow<'_, str> {
    if !text.contains("${") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        rest = after.split_once('}').map_or("", |(_, behind)| behind);
    }
    Cow::Owned(out + rest)
}

/// Whether a glob in which `*` and `?` are wild admits a text. Too long ones don't.
pub(crate) fn glob_admits(glob: &str, text: &str) -> bool {
    let pattern = |text, wild| Pattern::of_trust(text, wild);
    pattern(glob, Wild::StarAndMark).is_some_and(|glob| pattern(text, Wild::Nothing).is_some_and(|text| text.meets(&glob)))
}

fn is_hole(name: &str) -> bool {
    !name.is_empty() && name.len() <= 32 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meets(template: &str, trust: &str, wild: Wild) -> bool {
        template_of(template).meets(&Pattern::of_trust(trust, wild).unwrap())
    }

    fn template_of(text: &str) -> Pattern {
        Pattern::of_template(text, Case::Strict, |_| None).unwrap()
    }

    fn within(trust: &str, template: &str) -> bool {
        Pattern::of_trust(trust, Wild::StarAndMark).unwrap().within(&template_of(template))
    }

    #[test]
    fn stars_cross_separators_and_marks_are_one_character() {
        assert!(meets("repo:acme/api:ref:refs/heads/main", "repo:acme/*", Wild::StarAndMark));
        assert!(meets("repo:acme/api:ref:refs/heads/main", "*:ref:refs/heads/ma?n", Wild::StarAndMark));
        assert!(!meets("repo:acme/api:ref:refs/heads/main", "repo:acme/ap?:refs*", Wild::StarAndMark));
        assert!(!meets("repo:acme/api:pull_request", "repo:acme/api:ref:*", Wild::StarAndMark));
    }

    #[test]
    fn wild_characters_are_plain_where_the_platform_says_so() {
        assert!(!meets("repo:acme/api:ref:refs/heads/main", "repo:acme/*", Wild::Nothing));
        assert!(!meets("repo:acme/{any}:environment:{any}", "repo:acme/api:environment:*", Wild::Nothing));
        assert!(!meets("a1", "a?", Wild::Star));
    }

    #[test]
    fn holes_stand_for_one_value() {
        assert!(meets("repo:acme/api:ref:refs/heads/{branch}", "repo:acme/api:ref:refs/heads/release/1", Wild::Nothing));
        assert!(!meets("repo:acme/api:environment:{any}", "repo:acme/api:environment:", Wild::Nothing));
        assert!(!meets("system:serviceaccount:{any}:web", "system:serviceaccount:a:b:web", Wild::Nothing));
        assert!(meets("{any}", "{any}", Wild::Nothing) && !meets("a{Not a hole}", "ab", Wild::Nothing));
    }

    #[test]
    fn a_pattern_is_broader_unless_a_hole_covers_what_is_wild() {
        assert!(within("repo:acme/api:ref:refs/heads/*", "repo:acme/api:ref:refs/heads/{branch}"));
        assert!(within("repo:acme/api:ref:refs/heads/main", "repo:acme/api:ref:refs/heads/{branch}"));
        assert!(!within("repo:acme/api:*", "repo:acme/api:ref:refs/heads/{branch}"));
        assert!(!within("repo:acme/*", "repo:acme/api:pull_request"));
    }

    #[test]
    fn long_runs_of_stars_are_answered_quickly() {
        let stars = "*a".repeat(LONGEST / 2);
        assert!(!meets(&"a".repeat(LONGEST - 1), &(stars + "b")[1..], Wild::StarAndMark));
        assert!(Pattern::of_trust(&"a".repeat(LONGEST + 1), Wild::Nothing).is_none());
    }

    #[test]
    fn case_is_ignored_only_when_asked() {
        let trust = Pattern::of_trust("repo:acme/api:pull_request", Wild::Nothing).unwrap();
        let fill = |name: &str| (name == "repository").then_some("Acme/Api");
        let filled = |case| Pattern::of_template("repo:{repository}:pull_request", case, fill).unwrap();
        assert!(!filled(Case::Strict).meets(&trust));
        assert!(filled(Case::Folded).meets(&trust));
        assert!(!filled(Case::Folded).meets(&Pattern::of_trust("repo:acme/api:Pull_request", Wild::Nothing).unwrap()));
        assert!(filled(Case::Strict).meets(&trust.folded()));
    }

    #[test]
    fn what_is_filled_in_is_not_certain() {
        assert_eq!(certain("repo:${var.list[*].x}/api:*"), "repo:/api:*");
        assert_eq!(certain("a${b"), "a");
        assert_eq!(certain("a}b"), "a}b");
        assert!(glob_admits("iam:*", "iam:passrole") && !glob_admits("iam:?", "iam:passrole"));
    }

    #[test]
    fn beginnings_and_parts_are_patterns_too() {
        let token = template_of("spiffe://acme/ns/ci");
        assert!(token.meets(&Pattern::beginning("spiffe://acme/").unwrap()) && token.meets(&Pattern::holding("acme").unwrap()));
        assert!(!token.meets(&Pattern::beginning("acme").unwrap()));
    }

    /// What globs mean, said as plainly as can be.
    fn naive(glob: &[u8], text: &[u8], wild: Wild) -> bool {
        match (glob.split_first(), text.split_first()) {
            (None, None) => true,
            (Some((b'*', rest)), _) if wild != Wild::Nothing => {
                naive(rest, text, wild) || text.split_first().is_some_and(|(_, behind)| naive(glob, behind, wild))
            }
            (Some((b'?', rest)), Some((_, behind))) if wild == Wild::StarAndMark => naive(rest, behind, wild),
            (Some((one, rest)), Some((other, behind))) => one == other && naive(rest, behind, wild),
            _ => false,
        }
    }

    /// All texts over an alphabet up to a length.
    fn texts(alphabet: &str, longest: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..longest {
            last = last.iter().flat_map(|text| alphabet.chars().map(move |c| format!("{text}{c}"))).collect();
            all.extend(last.iter().cloned());
        }
        all
    }

    #[test]
    fn every_short_glob_fits_what_it_should() {
        let (globs, texts) = (texts("a/*?", 4), texts("a/", 5));
        for wild in [Wild::Nothing, Wild::Star, Wild::StarAndMark] {
            for glob in &globs {
                let pattern = Pattern::of_trust(glob, wild).unwrap();
                for text in &texts {
                    let fits = Pattern::of_trust(text, Wild::Nothing).unwrap().meets(&pattern);
                    assert_eq!(fits, naive(glob.as_bytes(), text.as_bytes(), wild), "{glob} {text} {wild:?}");
                }
            }
        }
    }

    #[test]
    fn every_short_beginning_and_part_fits_what_it_should() {
        let (parts, texts) = (texts("a*", 3), texts("a*", 4));
        for part in &parts {
            let (beginning, holding) = (Pattern::beginning(part).unwrap(), Pattern::holding(part).unwrap());
            for text in &texts {
                let literal = Pattern::of_trust(text, Wild::Nothing).unwrap();
                assert_eq!(literal.meets(&beginning), text.starts_with(part.as_str()), "{part} {text}");
                assert_eq!(literal.meets(&holding), text.contains(part.as_str()), "{part} {text}");
            }
        }
    }

    #[test]
    fn one_glob_is_within_another_only_if_all_it_fits_is() {
        let (globs, texts) = (texts("ab*", 3), texts("ab", 4));
        for inner in &globs {
            for outer in &globs {
                let of = |glob: &str| Pattern::of_trust(glob, Wild::Star).unwrap();
                let fits = |glob: &String, text: &String| naive(glob.as_bytes(), text.as_bytes(), Wild::Star);
                if of(inner).within(&of(outer)) {
                    assert!(texts.iter().all(|text| !fits(inner, text) || fits(outer, text)), "{inner} {outer}");
                }
            }
        }
    }
}
