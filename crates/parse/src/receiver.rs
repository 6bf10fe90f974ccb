//! What the place that is given a stored value says of it: the variable it is assigned to, the option it is given as.

use std::ops::Range;

use unkeyed_model::{Content, Destination, Role};

use crate::commands::{self, Effect};
use crate::facts;
use crate::shell::{Command, is_assignment};
use crate::variables;

/// Commands that print what they are given, and those that only write it otherwise.
const PRINTERS: &[&str] = &["echo", "printf"];
const FILTERS: &[&str] = &["base64", "tr", "gunzip", "xxd"];

/// What is known of a value from where it goes.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) used_as: Option<String>,
    pub(crate) content: Content,
    pub(crate) role: Role,
    pub(crate) destination: Option<Destination>,
}

impl Receiver {
    /// A place of which at most its name is known.
    pub(crate) fn unstated(used_as: Option<&str>) -> Self {
        Self { used_as: used_as.map(str::to_owned), content: Content::Unstated, role: Role::Access, destination: None }
    }

    /// Whether what it is given is a credential.
    pub(crate) fn is_credential(&self) -> bool {
        self.content == Content::Durable || self.used_as.as_deref().is_some_and(facts::may_hold_credential)
    }

    /// An environment variable.
    pub(crate) fn variable(name: &str) -> Self {
        let mut receiver = Self::unstated(Some(name));
        if let Some(known) = variables::known(name) {
            (receiver.content, receiver.role, receiver.destination) = (known.content, known.role, known.destination());
        }
        receiver
    }

    /// Where the value at a range of one of the commands goes: into that command, or printed into the next ones and by these into a file.
    pub(crate) fn of(commands: &[Command], at: usize, range: &Range<usize>) -> Self {
        let Some(command) = commands.get(at) else { return Self::unstated(None) };
        if !PRINTERS.contains(&command.program()) {
            return Self::in_command(command, range);
        }
        let (mut last, mut next) = (command, commands.get(at + 1).filter(|next| next.piped));
        let mut behind = at + 1;
        while let Some(filter) = next.filter(|next| FILTERS.contains(&next.program())) {
            behind += 1;
            (last, next) = (filter, commands.get(behind).filter(|next| next.piped));
        }
        let file = last.outputs.first().filter(|file| commands::keeps_credential(&file.text));
        match (next, file) {
            (Some(next), _) => Self::input_of(next),
            (None, Some(file)) => Self { content: Content::Durable, ..Self::unstated(Some(&file.text)) },
            (None, None) => Self::in_command(command, range),
        }
    }

    /// The word of a command that holds the range.
    pub(crate) fn in_command(command: &Command, range: &Range<usize>) -> Self {
        let position = command.words.iter().position(|word| word.range.start <= range.start && range.end <= word.range.end);
        let word = position.and_then(|at| command.words.get(at)).map_or("", |word| word.text.as_str());
        let before = position.and_then(|at| command.words.get(at.checked_sub(1)?)).map_or("", |word| word.text.as_str());
        let mut receiver = Self::of_word(before, word);
        let into = position.and_then(|at| command.words.get(at)).map_or(0, |word| range.start.saturating_sub(word.range.start));
        if is_authorization(command.program(), before, word, into) {
            receiver.content = Content::Durable;
        }
        let effects = commands::of(command, None);
        let takes_password =
            effects.iter().any(|effect| matches!(effect, Effect::WritesCredential("registry-login-argument" | "az-login-password")));
        if takes_password && matches!(receiver.used_as.as_deref(), Some("p" | "password")) {
            receiver.content = Content::Durable;
        }
        if is_in_address(word, into) {
            receiver = Self { content: Content::Durable, ..Self::unstated(Some("password")) };
        }
        // The file of a key, which a variable holds as a whole.
        let opens = before == "-i" && matches!(command.program(), "ssh" | "scp" | "sftp");
        if opens || keeps_login(command, word) {
            receiver.content = Content::Durable;
        }
        if effects.iter().any(|effect| matches!(effect, Effect::WritesCredential("aws-configure"))) && before.starts_with("aws_") {
            receiver = Self { content: Content::Durable, ..Self::variable(&before.to_ascii_uppercase()) };
        }
        let into_word = |part: &commands::SecretPart<'_>| position == command.words.iter().position(|word| word.range == part.word.range);
        if commands::secret_parts(command, None).iter().any(|part| into_word(part) && into >= part.from) {
            receiver = Self { content: Content::Durable, ..Self::unstated(Some("password")) };
        }
        receiver.destination = receiver.destination.or_else(|| destination(effects));
        receiver
    }

    /// A word of a command line, as the one in front of it and its own beginning name it.
    pub(crate) fn of_word(before: &str, word: &str) -> Self {
        match (word.split_once('='), before.strip_prefix('-')) {
            (Some((name, _)), _) if is_assignment(word) => Self::variable(name),
            (Some((option, _)), _) if option.starts_with('-') => Self::unstated(Some(option.trim_start_matches('-'))),
            (_, Some(option)) => Self::unstated(Some(option.trim_start_matches('-'))),
            _ => Self::unstated(None),
        }
    }

    /// The input of a command, which another one prints there.
    pub(crate) fn input_of(command: &Command) -> Self {
        let mut receiver = Self { destination: destination(commands::of(command, None)), ..Self::unstated(None) };
        if command.program() == "ssh-add" {
            receiver.used_as = Some("ssh-key".to_owned());
            receiver.content = Content::Durable;
        }
        if commands::takes_secret(command) {
            receiver.used_as = Some("password".to_owned());
            receiver.content = Content::Durable;
        }
        if command.has(&["--password-stdin"]) {
            receiver.used_as = Some("password-stdin".to_owned());
            receiver.content = Content::Durable;
        }
        receiver
    }
}

/// Whether what stands so far into a word tells a service on the web who asks: a header, or the password behind a user
/// (curl's and wget's manuals).
fn is_authorization(program: &str, before: &str, word: &str, into: usize) -> bool {
    let header = word.trim_start_matches("--header=").trim_start_matches("-H").trim_start();
    let name = header.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let is_header = matches!(before, "-H" | "--header") || word.starts_with("--header=") || word.starts_with("-H");
    let names_key = matches!(name.as_str(), "authorization" | "private-token" | "x-api-key" | "job-token") || name.ends_with("-token");
    let is_user = matches!(before, "-u" | "--user" | "--proxy-user") && word.find(':').is_some_and(|colon| into > colon);
    matches!(program, "curl" | "wget" | "http" | "https" | "xh") && (is_header && header.contains(':') && names_key || is_user)
}

/// Whether what stands so far into a word is the password of an address in it, or a token in its place.
fn is_in_address(word: &str, into: usize) -> bool {
    let Some((scheme, (userinfo, _))) = word.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?))) else {
        return false;
    };
    let start = scheme.len() + "://".len();
    let password = userinfo.rfind(':').map_or(start, |colon| start + colon);
    !userinfo.contains('/') && userinfo.contains('$') && (password..start + userinfo.len() + 1).contains(&into)
}

/// Whether a word belongs to what a package manager is told to log in with from now on (npm's `config set …:_authToken`, Bundler's
/// `config HOST USER:PASSWORD`, Poetry's `config http-basic…`).
fn keeps_login(command: &Command, word: &str) -> bool {
    let program = command.program();
    let key = || command.words.iter().any(|word| ["_auth", "_password"].iter().any(|key| word.text.contains(key)));
    match program {
        "npm" | "yarn" | "pnpm" => command.runs(program, &["config", "set"]) && key(),
        "poetry" => command.words.iter().any(|word| word.text.starts_with("http-basic") || word.text.starts_with("pypi-token")),
        "bundle" => command.runs("bundle", &["config"]) && command.words.last().is_some_and(|last| last.text == word),
        _ => false,
    }
}

/// Where a command leads.
fn destination(effects: Vec<Effect>) -> Option<Destination> {
    effects.into_iter().find_map(|effect| match effect {
        Effect::Reaches(destination) => Some(destination),
        Effect::Publishes { registry, .. } => Some(Destination::new("registry", registry)),
        _ => None,
    })
}
