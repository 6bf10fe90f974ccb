//! Values that are words: fillers, type names, labels, sentences.

/// Whole values that mean "nothing yet", in lower case without separators.
const FILLERS: &str = "
    basic bearer blank censored change changeme changemenow changethis changeinproduction default deleted disabled
    dummy dummytoken dummypassword dummysecret dummykey empty enabled enterhere example examplekey examplepassword examplesecret
    exampletoken fake fakekey fakepassword fakesecret faketoken false fill filler fillme fillmein fixme foo foobar bar baz
    generated hidden insert inserthere masked missing mock n/a na never new nil no none not notset notused notreal null nullptr
    obfuscated off omitted on optional placeholder pleasechange pleasechangeme redacted removed replace replaceme replacethis
    required sample samplekey samplepassword samplesecret sampletoken sanitized scrubbed secrethere passwordhere tokenhere
    keyhere snip stub tba tbd todo true undefined unknown unset unused value void xxx yes
";

/// First words of an instruction to the reader.
const ORDERS: &str = "
    add change enter fill generate insert paste put replace set type your
";

/// Nouns for credentials.
const NOUNS: &str = "
    access accesskey api apikey auth authorization certificate client code credential credentials cred creds dsn hash header id
    key login name pass passphrase passwd password passwords path pat pin pwd pw salt secret secretkey secrets token tokens url
    user username value
";

/// Names of types, without blanks.
const TYPES: &str = "
    &'staticstr &str AnyStr Any Boolean Buffer Bytes CharField Data Integer JSON NSString Number Object Optional Password
    SecretStr SecretString Secret Str String Text TextField Token UUID Uint8Array VARCHAR any array binary bool boolean byte
    ascii base64 bytes byte[] char char* char[] date float integer int interface{} list number object str string string[] string? struct text
    uuid varchar []byte []string latin1 utf8 utf-8 UTF8 UTF-8 US-ASCII
";

/// Words that sentences have and passphrases hardly.
const FUNCTION_WORDS: &str = "
    a an and are be by can cannot does failed for from has have if in invalid is it may must no not of on or please required
    should that the this to used was when will with you your
";

/// Words with which a rule for the input of a form starts.
const FORM_RULES: &str = "
    confirmed min max nullable optional present required required_with sometimes string
";

/// Whether `word` is one of a list that is separated by blanks.
pub(super) fn is_listed(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|listed| listed == word)
}

/// Why a value is masked, if it is.
pub(super) fn masked(value: &[u8]) -> Option<&'static str> {
    let first = *value.first()?;
    if value.iter().all(|&byte| byte == first) {
        return Some("one repeated character");
    }
    let mask = |byte: &u8| matches!(byte, b'x' | b'X' | b'*' | b'.' | b'-' | b'_' | b'#' | b' ' | b'?');
    if value.iter().all(mask) {
        return Some("masked");
    }
    // `[FILTERED]` with what follows, `AKXXXX12XXXX`.
    let bracketed = value.strip_prefix(b"[").map(|rest| rest.iter().take_while(|byte| byte.is_ascii_uppercase()).count());
    if bracketed.is_some_and(|length| length > 4 && value.get(length + 1) == Some(&b']')) {
        return Some("masked");
    }
    let covered: usize =
        value.chunk_by(|a, b| a == b).filter(|run| run.len() > 2 && matches!(run[0], b'x' | b'X' | b'*')).map(<[u8]>::len).sum();
    if covered >= 4 && covered * 4 >= value.len() {
        return Some("masked");
    }
    let text = std::str::from_utf8(value).ok()?;
    (text.chars().all(|c| matches!(c, '•' | '…' | '●' | '*' | '.')) || text.starts_with("***") || text.ends_with("***")).then_some("masked")
}

/// Why a value is a filler, if it is.
pub(super) fn placeholder(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?;
    // `PASSWORD`, `SECRET_KEY`: capitals are how a text says "put yours here", or how a variable is named.
    if value.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_') && words_of(text)?.last().is_some_and(is_noun) {
        return Some("the name of a variable");
    }
    let lower = text.to_ascii_lowercase();
    let joined: String = lower.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '.' | '!' | ':')).collect();
    if is_listed(FILLERS, &joined) {
        return Some("a placeholder word");
    }
    if is_repeated(&lower) {
        return Some("a word repeated");
    }
    let words: Vec<&str> = lower.split(['-', '_', ' ', '.', '/']).filter(|word| !word.is_empty()).collect();
    let spelled =
        words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_alphabetic()) || word.bytes().all(|byte| byte.is_ascii_digit()));
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return None };
    if spelled
        && words.len() > 1
        && (is_listed(ORDERS, first) || *last == "here" || *first == "example" || *last == "example" || *last == "placeholder")
    {
        return Some("an instruction to put one here");
    }
    // `!ChangeThisMercureHubJWTSecretKey!`, `ReplaceMe…` in one word.
    let told = words_of(text.trim_matches('!')).is_some_and(|words| {
        let word = |at: usize| words.get(at).map(|word| word.to_ascii_lowercase()).unwrap_or_default();
        matches!(&*word(0), "change" | "replace") && matches!(&*word(1), "me" | "this" | "it" | "with")
    });
    if told {
        return Some("an instruction to put one here");
    }
    let noun = joined.strip_prefix("your").map(|noun| noun.strip_suffix("here").unwrap_or(noun));
    noun.is_some_and(|noun| is_listed(NOUNS, noun)).then_some("an instruction to put one here")
}

/// `blah_blah_blah`, `xxx-xxx`.
fn is_repeated(lower: &str) -> bool {
    let mut words = lower.split(['-', '_', ' ', '.']);
    let first = words.next().unwrap_or_default();
    let is_word = first.len() > 1 && first.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_word && words.clone().next().is_some() && words.all(|word| word == first)
}

/// Why a value is a rule for the input of a form, if it is: `required|min:8`.
pub(super) fn form_rule(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?;
    let (first, _) = text.split_once(['|', ':'])?;
    is_listed(FORM_RULES, first).then_some("a rule for a form")
}

/// Why a value is the name of a type, if it is.
pub(super) fn type_name(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?.trim_end_matches([';', ',', ')']);
    let text = &text.replace(' ', "");
    let inner = ["Optional[", "Option<", "List[", "Maybe"].iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
    is_listed(TYPES, inner.strip_suffix([']', '>']).filter(|bare| !bare.ends_with('[')).unwrap_or(inner)).then_some("the name of a type")
}

/// Why a quoted value in a program is a name of something, if it is: words that end in a noun for credentials.
pub(super) fn name(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?;
    let words = words_of(text)?;
    (words.len() > 1 && words.last().is_some_and(is_noun)).then_some("the name of a field or variable")
}

/// Why a value in a program or a text is a label, if it is: just a noun for credentials.
pub(super) fn label(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?.trim_end_matches([':', '*', ' ']);
    is_listed(NOUNS, &text.to_ascii_lowercase()).then_some("a label")
}

fn is_noun(word: &&str) -> bool {
    is_listed(NOUNS, &word.to_ascii_lowercase())
}

/// The words of an identifier in any of the usual styles; `None` if it is none, or has digits.
fn words_of(text: &str) -> Option<Vec<&str>> {
    if !text.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.' | b':' | b'/')) {
        return None;
    }
    let mut words = Vec::new();
    for part in text.split(['_', '-', '.', ':', '/']).filter(|part| !part.is_empty()) {
        let mut start = 0;
        for (at, pair) in part.as_bytes().windows(2).enumerate() {
            if pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase() {
                words.push(&part[start..=at]);
                start = at + 1;
            }
        }
        words.push(&part[start..]);
    }
    Some(words)
}

/// Why a value is a sentence, if it is. A passphrase is words too, but without the small words that hold sentences
/// together; joined by underscores it takes more words to be sure.
pub(super) fn prose(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?;
    let is_sentence = |words: Vec<&str>, least: usize, held_by: usize| {
        let bare = |word: &&str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
        let words: Vec<String> = words.iter().map(bare).filter(|word| !word.is_empty()).collect();
        let alphabetic = words.iter().filter(|word| word.chars().all(char::is_alphabetic)).count();
        let held = words.iter().filter(|word| is_listed(FUNCTION_WORDS, word)).count();
        words.len() >= least && alphabetic + 1 >= words.len() && held >= held_by
    };
    let spaced = is_sentence(text.split_ascii_whitespace().collect(), 3, 1);
    (spaced || is_sentence(text.split(['_', '-']).collect(), 5, 2)).then_some("a sentence")
}
