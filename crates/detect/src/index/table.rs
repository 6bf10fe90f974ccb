//! Literals by text, each with what it is searched for.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use unkeyed_prefilter::{Choice, Layout, Pattern};

use super::{ByteSet, Literal, Purpose};

/// Literals and their uses.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Table {
    /// Sorted by text.
    texts: Vec<Text>,
    /// By text.
    pub(crate) targets: Vec<Target>,
    pub(crate) uses: Vec<Use>,
    /// Length of the longest literal.
    pub(crate) longest: usize,
    /// Greatest distance from a match start to a literal.
    pub(crate) reach: usize,
}

/// One text that is searched for.
#[derive(Debug, Deserialize, Serialize)]
struct Text {
    bytes: Vec<u8>,
    ignore_case: bool,
    #[serde(serialize_with = "to_words", deserialize_with = "from_words")]
    after: Option<ByteSet>,
    /// By layout of the filter: which window of it is searched for in which bucket.
    choices: [Option<(u8, u8)>; Layout::ALL.len()],
}

/// What a text is searched for.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Target {
    pub(crate) length: u32,
    /// Its uses are `uses[first..end]`.
    pub(crate) first: u32,
    pub(crate) end: u32,
    /// The generic word that it is.
    pub(crate) word: Option<u16>,
    /// It is a word of credentials' names.
    pub(crate) is_name: bool,
}

/// A literal of a rule.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Use {
    pub(crate) rule: u32,
    /// Least distance from the match start.
    pub(crate) min: u32,
    /// Greatest distance from the match start.
    pub(crate) max: u32,
    #[serde(serialize_with = "to_words", deserialize_with = "from_words")]
    pub(crate) after: Option<ByteSet>,
}

fn to_words<S: Serializer>(set: &Option<ByteSet>, serializer: S) -> Result<S::Ok, S::Error> {
    set.map(|set| set.words()).serialize(serializer)
}

fn from_words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ByteSet>, D::Error> {
    Ok(Option::deserialize(deserializer)?.map(ByteSet::from_words))
}

/// Distances and counts are far smaller.
fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Table {
    pub(super) fn new(mut literals: Vec<(Literal, Purpose)>) -> Self {
        // Where nothing has a case, it makes no difference.
        literals.iter_mut().for_each(|(literal, _)| literal.ignore_case &= literal.bytes.iter().any(u8::is_ascii_alphabetic));
        literals.sort_by(|(a, what), (b, other)| (&a.bytes, a.ignore_case, what, a.min).cmp(&(&b.bytes, b.ignore_case, other, b.min)));
        let mut table = Self::default();
        for (literal, purpose) in literals {
            table.longest = table.longest.max(literal.bytes.len());
            table.reach = table.reach.max(literal.max);
            table.add(literal, purpose);
        }
        table
    }

    fn add(&mut self, literal: Literal, purpose: Purpose) {
        let Literal { bytes, ignore_case, min, max, after } = literal;
        match self.texts.last_mut() {
            Some(last) if last.bytes == bytes && last.ignore_case == ignore_case => last.allow(after),
            _ => {
                let at = narrow(self.uses.len());
                self.targets.push(Target { length: narrow(bytes.len()), first: at, end: at, word: None, is_name: false });
                self.texts.push(Text { bytes, ignore_case, after, choices: Default::default() });
            }
        }
        let Some(target) = self.targets.last_mut() else { return };
        match purpose {
            Purpose::Rule(rule) => {
                self.uses.push(Use { rule: narrow(rule), min: narrow(min), max: narrow(max), after });
                target.end += 1;
            }
            Purpose::Word(word) => target.word = Some(word),
            Purpose::Name => target.is_name = true,
        }
    }

    /// The texts as the matcher takes them, and what was decided for each for such a filter.
    pub(crate) fn patterns(&self, layout: Layout) -> (Vec<Pattern>, Vec<Option<Choice>>) {
        let which = Layout::ALL.iter().position(|&one| one == layout);
        let choice = |text: &Text| which.and_then(|which| text.choices[which]).map(|(window, bucket)| Choice { window, bucket });
        (self.texts.iter().map(Text::pattern).collect(), self.texts.iter().map(choice).collect())
    }

    pub(super) fn decide(&mut self) {
        let patterns: Vec<Pattern> = self.texts.iter().map(Text::pattern).collect();
        for (which, layout) in Layout::ALL.into_iter().enumerate() {
            for (text, choice) in self.texts.iter_mut().zip(unkeyed_prefilter::choose(&patterns, &[], layout)) {
                text.choices[which] = choice.map(|choice| (choice.window, choice.bucket));
            }
        }
    }

    pub(super) fn decide_as(&mut self, other: &Self) {
        for text in &mut self.texts {
            let key = (&text.bytes, text.ignore_case);
            let known = other.texts.binary_search_by(|known| (&known.bytes, known.ignore_case).cmp(&key));
            let same = known.ok().map(|at| &other.texts[at]).filter(|known| known.after == text.after);
            if let Some(known) = same {
                text.choices = known.choices;
            }
        }
    }
}

impl Text {
    fn pattern(&self) -> Pattern {
        Pattern { bytes: self.bytes.clone(), ignore_case: self.ignore_case, after: self.after }
    }

    /// Lets it be followed by more bytes, or by anything.
    fn allow(&mut self, after: Option<ByteSet>) {
        self.after = match (self.after, after) {
            (Some(mut all), Some(more)) => {
                all.union(&more);
                Some(all)
            }
            _ => None,
        };
    }
}
