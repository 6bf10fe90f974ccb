//! Values that are words: fillers, type names, labels, sentences.

use super::word_list::WordList;

/// Whole values that mean "nothing yet", in lower case without separators.
static FILLERS: WordList = WordList::new(
    "
    always anonymous anonymous@ argon2 ask auto automatic basic bogus bcrypt bearer blank blowfish censored change changeme changemenow changethis changeinproduction confirmed default deleted disabled
    dummy dummytoken dummypassword dummysecret dummykey empty enabled enterhere error example examplekey examplepassword examplesecret
    exampletoken fail failed fake fakekey fakepassword fakesecret faketoken false fill filler fillme fillmein fixme foo foobar bar baz
    generated hidden insert inserthere invalid masked md5 missing mock n/a na never new nil no none not notset notused notreal null nullptr
    obfuscated off omitted on optional placeholder plaintext cleartext pleasechange pleasechangeme redacted removed replace replaceme replacethis
    encrypted hashed incorrect mismatch nonmatching notmatching notneeded notrequired short tobedefined toolong tooshort wrong
    required sample samplekey samplepassword samplesecret sampletoken sanitized scrubbed secrethere passwordhere tokenhere
    keyhere mystring mytext cambiame cambiami cámbiame changezmoi измени изменить изменитьменя mudeme ändermich zmieńmnie manual never oauth2 oidc once pbkdf2 prompt saml2 scrypt sha1 sha256 sha512 snip stub success tba tbd пароль 密码 密碼 口令 パスワード 비밀번호 todo true undefined unknown unset unused value void xxx yes
",
);

/// First words of an instruction to the reader: orders, and "your" in other languages.
static ORDERS: WordList = WordList::new(
    "
    add ask change deine dein enter fill generate ihr ihre insert jouw paste put replace see seu set sua su tu tua tuo twoj type uw votre your
",
);

/// Units of time, which tell in which one a lifetime is counted: `access_token = "hours"`.
static UNITS: WordList = WordList::new(
    "
    day days hour hours milliseconds minute minutes month months seconds week weeks
",
);

/// How instructions end that are written as one word.
const ENDINGS: [&str; 5] = ["goeshere", "keyhere", "tokenhere", "secrethere", "passwordhere"];

/// Words for credentials in languages other than English: what a text of a user interface calls them.
static TRANSLATIONS: WordList = WordList::new(
    "
    adgangskode aðgangsorð contrasenya cyfrinair contraseña contrasinal fjalëkalimi geheimnis haslo hasło hemlighet heslo jelszo jelszó jeton kennwort
    lozinka lösenord motdepasse palavra-passe parol parola parole parool pasahitza passord passwort passwörter salasana schlüssel senha slaptažodis
    wachtwoord şifre şifreniz κωδικός лозинка парола пароли пароль пароля
",
);

/// The same as the last part of a compound: `Hoofdwachtwoord`.
const COMPOUNDS: [&str; 5] = ["wachtwoord", "passwort", "kennwort", "schlüssel", "geheimnis"];

/// Nouns for credentials.
static NOUNS: WordList = WordList::new(
    "
    access accesskey api apikey auth authorization certificate client code credential credentials cred creds dsn hash header id
    key login name pass passphrase passwd password passwords path pat pin pwd pw salt secret secretkey secrets token tokens url
    user username value
",
);

/// Names of types, without blanks.
static TYPES: WordList = WordList::new(
    "
    &'staticstr &str AnyStr Any Boolean Buffer Bytes CharField Data Integer JSON NSString Number Object Optional Password
    SecretStr SecretString Secret Str String Text TextField Token UUID Uint8Array VARCHAR any array binary bool boolean byte
    ascii base64 bytes byte[] char char* char[] date float integer int interface{} list number object str string string[] string? struct text
    uuid varchar []byte []string latin1 utf8 utf-8 utf-16 utf-16le utf-16be UTF8 UTF-8 UTF-16 UTF-16LE UTF-16BE US-ASCII ISO-8859-1 iso-8859-1 windows-1252
",
);

/// Longer than any of them, with what may stand around it.
const MAX_TYPE: usize = 40;

/// Words that sentences have and passphrases hardly.
static FUNCTION_WORDS: WordList = WordList::new(
    "
    a an and are be by can cannot does failed for from has have if in invalid is it may must no not of on or please required
    should that the this to used was when will with you your
",
);

/// A word with digits that is so long belongs to no sentence.
const MIN_RANDOM: usize = 14;

/// Longer than any filler without its separators.
const MAX_JOINED: usize = 64;

/// So many letters of scripts without blanks make a text, whatever else it holds.
const MIN_UNSPACED: usize = 3;

/// What credentials are called in texts for people.
static CREDENTIALS: WordList = WordList::new(
    "
    code contrasenia contraseña contrasinal contrasenya haslo hasło heslo jelszo jelszó kennwort key kod kode kodu lozinka lösenord
    parol parola parole parool pass passcode passe passord passphrase password passwords passwort passwörter pin salasana sandi secret
    senha şifre token wachtwoord пароль пароля пароли
",
);

/// Words with which a rule for the input of a form starts.
static FORM_RULES: WordList = WordList::new(
    "
    confirmed min max nullable optional present required required_with sometimes string
",
);

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
    if value.windows(3).any(|three| three == b"..." || three == "…".as_bytes()) || value.ends_with(b"???") {
        return Some("cut short");
    }
    let covered: usize =
        value.chunk_by(|a, b| a == b).filter(|run| run.len() > 2 && matches!(run[0], b'x' | b'X' | b'*')).map(<[u8]>::len).sum();
    if covered >= 4 && covered * 4 >= value.len() || covered == 3 && value.len() < 6 {
        return Some("masked");
    }
    let text = std::str::from_utf8(value).ok()?;
    (text.chars().all(|c| matches!(c, '•' | '…' | '●' | '*' | '.')) || text.starts_with("***") || text.ends_with("***")).then_some("masked")
}

/// Why a value is a filler, if it is.
pub(super) fn placeholder(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?;
    // `PASSWORD`, `SECRET_KEY`: capitals are how a text says "put yours here", or how a variable is named.
    if value.iter().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b':')) {
        let words = words_of(text)?;
        // `MY_PASSWORD_ENV`
        if words.last().is_some_and(is_noun) || words.len() > 2 && words.iter().any(is_noun) {
            return Some("the name of a variable");
        }
    }
    let lower = text.to_ascii_lowercase();
    let joined: String = lower.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '.' | '!' | ':')).take(MAX_JOINED).collect();
    if FILLERS.has(joined.as_bytes()) {
        return Some("a placeholder word");
    }
    if UNITS.has(lower.as_bytes()) {
        return Some("a unit of time");
    }
    // `postgres://user[:password]@host`
    let bare = lower.trim_end_matches([']', ')']);
    if bare.len() < lower.len() && NOUNS.has(bare.as_bytes()) {
        return Some("a placeholder in brackets");
    }
    if is_repeated(&lower) {
        return Some("a word repeated");
    }
    let noun = || joined.strip_prefix("your").map(|noun| noun.strip_suffix("here").unwrap_or(noun));
    let told = instructs(&lower)
        || told_in_one_word(text)
        || noun().is_some_and(|noun| NOUNS.has(noun.as_bytes()))
        || ends_as_instruction(&joined);
    told.then_some("an instruction to put one here")
}

/// `supersecretkeygoeshere`
fn ends_as_instruction(joined: &str) -> bool {
    ENDINGS.iter().any(|end| joined.ends_with(end)) && joined.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// `insert-token-here`, `example_key`: spelled words of which the first or the last says so.
fn instructs(lower: &str) -> bool {
    let words = || lower.split(['-', '_', ' ', '.', '/']).filter(|word| !word.is_empty());
    let is_spelled = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphabetic()) || word.bytes().all(|byte| byte.is_ascii_digit());
    let (Some(first), Some(last)) = (words().next(), words().next_back()) else { return false };
    let says = ORDERS.has(first.as_bytes())
        || matches!(last, "example" | "placeholder" | "string" | "qui")
        || words().any(|word| matches!(word, "here" | "aqui" | "ici" | "hier"))
        || first == "example";
    says && words().nth(1).is_some() && words().all(is_spelled)
}

/// `!ChangeThisMercureHubJWTSecretKey!`, `ReplaceMe…`.
fn told_in_one_word(text: &str) -> bool {
    let text = text.trim_matches('!').trim_start_matches(['_', '-', '.', ':', '/']);
    let starts = |order: &str| text.get(..order.len()).is_some_and(|start| start.eq_ignore_ascii_case(order));
    // `SomeRandomStringOf32CharsExactly`
    let lower = text.to_ascii_lowercase();
    if ["randomstring", "random_string", "random-string", "randomvalue", "randomsecret"].iter().any(|word| lower.contains(word)) {
        return true;
    }
    (starts("change") || starts("replace"))
        && words_of(text).is_some_and(|words| {
            let word = |at: usize| words.get(at).map(|word| word.to_ascii_lowercase()).unwrap_or_default();
            matches!(&*word(0), "change" | "replace") && matches!(&*word(1), "me" | "this" | "it" | "with")
        })
}

/// `blah_blah_blah`, `xxx-xxx`.
fn is_repeated(lower: &str) -> bool {
    let mut words = lower.split(['-', '_', ' ', '.']);
    let first = words.next().unwrap_or_default();
    let is_word = first.len() > 1 && first.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_word && words.clone().next().is_some() && words.all(|word| word == first)
}

/// Why a value is a word for credentials in another language, if it is: the label of a field.
pub(super) fn translation(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?.trim_end_matches([':', '*', ' ']);
    let lower = text.to_lowercase();
    let compound = text.starts_with(char::is_uppercase)
        && lower.chars().all(|c| c.is_alphabetic() || c == '-')
        && COMPOUNDS.iter().any(|end| lower.ends_with(end));
    (compound || TRANSLATIONS.has(lower.as_bytes())).then_some("a label")
}

/// Why a value is a rule for the input of a form, if it is: `required|min:8`.
pub(super) fn form_rule(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?;
    let first = text.split(['|', ':']).next().filter(|first| first.len() < text.len() || *first == "nullable")?;
    FORM_RULES.has(first.as_bytes()).then_some("a rule for a form")
}

/// Why a value is the name of a type, if it is.
pub(super) fn type_name(value: &[u8]) -> Option<&'static str> {
    // PHP's `?string`.
    let text = std::str::from_utf8(value).ok()?.trim_end_matches([';', ',', ')', '}']).trim_start_matches('?');
    if text.bytes().filter(|&byte| byte != b' ').count() > MAX_TYPE {
        return None;
    }
    let text = &text.replace(' ', "");
    let inner = ["Optional[", "Option<", "List[", "Maybe"].iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
    let inner = inner.strip_suffix([']', '>']).filter(|bare| !bare.ends_with('[')).unwrap_or(inner);
    // Schemas make samples of it: `string0`.
    let is_sample = inner.strip_prefix("string").is_some_and(|digit| digit.len() == 1 && digit.as_bytes()[0].is_ascii_digit());
    (is_sample || TYPES.has(inner.as_bytes())).then_some("the name of a type")
}

/// Why a quoted value in a program is a name of something, if it is: words that end in a noun for credentials.
pub(super) fn name(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?;
    let words = words_of(text)?;
    (words.len() > 1 && words.last().is_some_and(is_noun)).then_some("the name of a field or variable")
}

/// Why a value in a program or a text is a label, if it is: just a noun for credentials.
pub(super) fn label(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?.trim_end_matches([':', '*', ' ']).trim_start_matches('&');
    (NOUNS.has_any_case(text.as_bytes()) || CREDENTIALS.has_any_case(text.as_bytes())).then_some("a label")
}

fn is_noun(word: &&str) -> bool {
    NOUNS.has_any_case(word.as_bytes()) || CREDENTIALS.has_any_case(word.as_bytes())
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
    let gaps = |fits: fn(&u8) -> bool| value.iter().filter(|byte| fits(byte)).count();
    let (blanks, joints) = (gaps(u8::is_ascii_whitespace), gaps(|byte| matches!(byte, b'_' | b'-')));
    if blanks < 2 && joints < 4 {
        return None;
    }
    let text = std::str::from_utf8(value).ok()?;
    let spaced = blanks >= 2 && is_sentence(text.split_ascii_whitespace(), 3, 1);
    (spaced || joints >= 4 && is_sentence(text.split(['_', '-']), 5, 2)).then_some("a sentence")
}

/// Why a value is a text in a language with letters beyond ASCII, or one that speaks of passwords in any language.
pub(super) fn phrase(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?;
    let letters = || text.chars().filter(|c| is_unspaced(*c)).count();
    if value.iter().any(|byte| byte.is_ascii_digit() || *byte == b'\n') {
        return (letters() >= MIN_UNSPACED).then_some("a text of a user interface");
    }
    let words =
        || text.split_ascii_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())).filter(|word| !word.is_empty());
    let (foreign, several) = (text.chars().any(|c| !c.is_ascii() && c.is_alphabetic()), words().nth(1).is_some());
    let unspaced = foreign && letters() > 3;
    let names =
        || words().any(|word| CREDENTIALS.has_any_case(word.as_bytes())) && words().all(|word| word.chars().all(char::is_alphabetic));
    (unspaced || several && (foreign || names())).then_some("a text of a user interface")
}

/// Whether a letter belongs to a script that has no blanks between words: Chinese, Japanese, Korean, Thai.
const fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Whether there are so many words, all but one of letters, and so many of those that hold a sentence together.
fn is_sentence<'a>(words: impl Iterator<Item = &'a str>, least: usize, held_by: usize) -> bool {
    let (mut count, mut alphabetic, mut held) = (0, 0, 0);
    for word in words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())).filter(|word| !word.is_empty()) {
        count += 1;
        alphabetic += usize::from(word.chars().all(char::is_alphabetic));
        held += usize::from(FUNCTION_WORDS.has_any_case(word.as_bytes()));
        // `this-is-a-key-12764978qteriugwfiabcou`
        if word.len() >= MIN_RANDOM && word.bytes().filter(u8::is_ascii_digit).count() > 3 {
            return false;
        }
        if alphabetic + 1 < count {
            return false;
        }
    }
    count >= least && held >= held_by
}
