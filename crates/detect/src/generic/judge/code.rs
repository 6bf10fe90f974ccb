//! Values that are pieces of a program.

use unkeyed_model::Span;

/// A line that is so long was not written by a person.
const MINIFIED: usize = 600;

/// Punctuation of programs in an order that random characters hardly have.
pub(super) fn is_code(value: &[u8]) -> bool {
    let call = value.windows(2).any(|pair| pair == b"()" || pair == b"=>" || pair == b"->" || pair == b"){" || pair == b"::");
    let regex = value.starts_with(b"^") && value.ends_with(b"$")
        || value.windows(2).any(|pair| {
            pair == b"\\d"
                || pair == b"\\w"
                || pair == b"\\s"
                || pair == b"(?"
                || pair == b"[a"
                || pair == b"[A"
                || pair == b"/^"
                || pair == b"[\\"
        });
    let function = value.starts_with(b"function") || value.starts_with(b"async ");
    let escaped = value.starts_with(b"\\x") && value.len() < 9
        || value.chunks(2).all(|pair| pair[0] == b'\\' && pair.get(1).is_some_and(|byte| b"rnt0".contains(byte)));
    let markup = value.starts_with(b"<") && value.ends_with(b">");
    let typed = value
        .split(|&byte| byte == b'(')
        .nth(1)
        .is_some_and(|rest| rest.ends_with(b")") && rest[..rest.len() - 1].iter().all(|byte| byte.is_ascii_digit() || *byte == b','));
    // `Illuminate\Support\Password`, `{ enabled = false }`
    let class = value.windows(2).any(|pair| pair[0] == b'\\' && pair[1].is_ascii_uppercase())
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'\\' | b'_'));
    // `allauth.account.forms.LoginForm`
    let words = || value.split(|&byte| byte == b'.');
    let module = words().count() > 2
        && words().next_back().is_some_and(|last| last.first().is_some_and(u8::is_ascii_uppercase))
        && words().all(|word| !word.is_empty() && word.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_'));
    // PHP: `"NAME="'.config('x').'"'`
    let joined = matches!(value, [b'"' | b'\'', b'.' | b'+', ..]);
    let table = value.starts_with(b"{ ") && value.ends_with(b" }");
    // Azure's `concat(';Password=',parameters('x'))`
    let between = value.starts_with(b",") && value.ends_with(b"(");
    // `a.type=='password'`, colours of a terminal, Rails' `profiles#change_password`, `[--raw|--pretty]`
    let compared =
        [&b"==\'"[..], b"==\"", b"\'==", b"\"==", b"!=\'", b"!=\""].iter().any(|mark| memchr::memmem::find(value, mark).is_some());
    let coloured = [&b"\\e["[..], b"\\033[", b"\\x1b["].iter().any(|mark| value.starts_with(mark));
    let usage = value.starts_with(b"[-") || value.starts_with(b"<-");
    let holds = |part: &[u8]| memchr::memmem::find(value, part).is_some();
    let built = memchr::memchr(b'{', value).is_some_and(|at| {
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
        value[..at].contains(&b'.') && value[..at].iter().all(is_name) && !value[at..].contains(&b'}')
    });
    let ciphers = holds(b"AES") && (holds(b"PSK") || holds(b"SHA")) && value.iter().any(|byte| matches!(byte, b':' | b'+'));
    compared
        || coloured
        || is_address_of_page(value)
        || usage
        || built
        || ciphers
        || is_route(value)
        || is_field(value)
        || is_scoped_class(value)
        || is_list_of_pairs(value)
        || between
        || joined
        || class
        || module
        || table
        || call
        || function
        || regex
        || escaped
        || markup
        || typed
}

/// `edit.php?table=adminpassword`
fn is_address_of_page(value: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b'?', value) else { return false };
    let extension = value[..at].iter().rev().take_while(|byte| byte.is_ascii_lowercase()).count();
    (2..=5).contains(&extension) && value[..at - extension].ends_with(b".") && value[at..].contains(&b'=')
}

/// `profiles#change_password`
fn is_route(value: &[u8]) -> bool {
    let is_name = |name: &[u8]| name.len() > 2 && name.iter().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'/'));
    memchr::memchr(b'#', value).is_some_and(|at| is_name(&value[..at]) && is_name(&value[at + 1..]) && value[at + 1..].contains(&b'_'))
}

/// `login[password]`: a field of a form.
fn is_field(value: &[u8]) -> bool {
    let is_name = |name: &[u8]| !name.is_empty() && name.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_');
    let inner = value.strip_suffix(b"]").and_then(|value| memchr::memchr(b'[', value).map(|at| (&value[..at], &value[at + 1..])));
    inner.is_some_and(|(form, field)| is_name(form) && is_name(field))
}

/// `r=ab,s=abcd,i=1`
fn is_list_of_pairs(value: &[u8]) -> bool {
    let is_pair =
        |part: &[u8]| memchr::memchr(b'=', part).is_some_and(|at| (1..12).contains(&at) && part[..at].iter().all(u8::is_ascii_lowercase));
    value.contains(&b',') && value.split(|&byte| byte == b',').all(is_pair)
}

/// `Login_passwordInput__iu4Gx`: a class of a style sheet's module.
fn is_scoped_class(value: &[u8]) -> bool {
    let Some(at) = memchr::memmem::rfind(value, b"__") else { return false };
    let is_word = |word: &[u8]| !word.is_empty() && word.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'-');
    let mut words = value[..at].split(|&byte| byte == b'_');
    (5..=6).contains(&(value.len() - at - 2)) && words.clone().count() > 1 && words.all(is_word)
}

/// `1.302183`, `v2.0.1`.
pub(super) fn is_version(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"v").unwrap_or(value);
    digits.contains(&b'.') && digits.split(|&byte| byte == b'.').all(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
}

/// SQL*Plus's `&name` and `&&name`.
pub(super) fn names_substitution(value: &[u8]) -> bool {
    value.starts_with(b"&") && value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'&' | b'_' | b'.'))
}

/// `$password2` as a whole, `Pwd$RANDOM` anywhere, `Pwd%RANDOM%`.
pub(super) fn names_variable(value: &[u8]) -> bool {
    let is_name = |name: &[u8]| {
        name.len() > 1
            && name[0].is_ascii_alphabetic()
            && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':'))
    };
    let upper = |name: &[u8]| name.iter().take_while(|byte| byte.is_ascii_uppercase() || **byte == b'_').count();
    let percent =
        value.split(|&byte| byte == b'%').skip(1).step_by(2).any(|part| part.len() > 2 && part.iter().all(u8::is_ascii_alphabetic));
    percent && value.ends_with(b"%")
        || value.strip_prefix(b"$").is_some_and(is_name)
        || value.starts_with(b"$")
            && value.split(|&byte| byte == b'$').skip(1).all(|name| name.iter().any(u8::is_ascii_alphabetic) && is_name(name.trim_ascii()))
        || memchr::memchr_iter(b'$', value).any(|at| upper(&value[at + 1..]) > 2)
}

pub(super) fn is_minified(text: &[u8], secret: Span) -> bool {
    let before = &text[secret.start.saturating_sub(MINIFIED)..secret.start];
    let after = &text[secret.end..text.len().min(secret.end + MINIFIED)];
    memchr::memrchr(b'\n', before).map_or(before.len(), |at| before.len() - at) + memchr::memchr(b'\n', after).unwrap_or(after.len())
        >= MINIFIED
}
