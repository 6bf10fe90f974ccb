//! Words that a program takes for a credential although no name beside them says so: `mc alias set m URL USER KEY`,
//! `echo KEY | passwd --stdin u`.
//!
//! The decision a reader would question: a list of programs, and no guess from how a word looks.

use std::ops::Range;

use super::keeps_credential;
use crate::credential_name::is_credential;
use crate::k8s::is_public;
use crate::shell::{Command, Word};

/// How a program is given a credential.
enum Given {
    /// Behind one of these options.
    Option(&'static [&'static str]),
    /// As the argument so many places behind the subcommands, options aside.
    Argument(usize),
    /// As the argument so many places behind the one that begins with one of these.
    Setting(&'static [(&'static str, usize)]),
    /// On its input.
    Input,
    /// In the place of a word that is called like one (`s/@@API_TOKEN@@/X/`).
    Substitution,
}
use Given::{Argument, Input, Option as Behind, Setting, Substitution};

/// Programs, the subcommands or options that must be there, and how they are given it (their manuals).
const PROGRAMS: &[(&str, &[&str], Given)] = &[
    ("chpasswd", &[], Input),
    ("passwd", &["--stdin"], Input),
    ("smbpasswd", &["-s"], Input),
    ("kinit", &[], Input),
    ("realm", &["join"], Input),
    ("debconf-set-selections", &[], Input),
    ("useradd", &[], Behind(&["-p", "--password"])),
    ("usermod", &[], Behind(&["-p", "--password"])),
    ("openssl", &["passwd"], Argument(0)),
    ("net", &["ads", "join"], Behind(&["-U", "--user"])),
    ("net", &["user"], Argument(1)),
    ("ldapsearch", &[], Behind(&["-w"])),
    ("ldapadd", &[], Behind(&["-w"])),
    ("ldapmodify", &[], Behind(&["-w"])),
    ("redis-server", &[], Behind(&["--requirepass", "--masterauth"])),
    ("rabbitmqctl", &["add_user"], Argument(1)),
    ("rabbitmqctl", &["change_password"], Argument(1)),
    ("grafana-cli", &["admin", "reset-admin-password"], Argument(0)),
    ("grafana", &["cli", "admin", "reset-admin-password"], Argument(0)),
    ("kubectl", &["create", "secret"], Behind(&["--from-literal"])),
    ("oc", &["create", "secret"], Behind(&["--from-literal"])),
    ("cloudflared", &["service", "install"], Argument(0)),
    ("ngrok", &["config", "add-authtoken"], Argument(0)),
    ("ngrok", &["authtoken"], Argument(0)),
    ("mc", &["alias", "set"], Argument(3)),
    ("mc", &["config", "host", "add"], Argument(3)),
    ("java", &["-jar"], Behind(&["-auth"])),
    ("consul", &["agent"], Behind(&["-encrypt", "--encrypt"])),
    ("nomad", &["agent"], Behind(&["-encrypt", "--encrypt"])),
    ("serf", &["agent"], Behind(&["-encrypt", "--encrypt"])),
    ("lftp", &[], Behind(&["-u", "--user"])),
    ("ncftpput", &[], Behind(&["-p"])),
    ("ncftpget", &[], Behind(&["-p"])),
    ("splunk", &[], Behind(&["-auth"])),
    ("net-snmp-create-v3-user", &[], Behind(&["-A", "-X"])),
    ("wpa_passphrase", &[], Argument(1)),
    ("pm2", &["link"], Argument(0)),
    ("keytool", &[], Behind(&["-storepass", "-keypass", "-srcstorepass", "-deststorepass", "-srckeypass", "-destkeypass"])),
    ("rclone", &["config", "pass"], Argument(0)),
    ("nmcli", &["password"], Argument(0)),
    ("steamcmd", &["+login"], Argument(1)),
    ("redis-cli", &["requirepass"], Argument(0)),
    ("redis-cli", &["masterauth"], Argument(0)),
    ("mosquitto_passwd", &["-b"], Argument(2)),
    ("elasticsearch-users", &["useradd"], Behind(&["-p"])),
    ("elasticsearch-users", &["passwd"], Behind(&["-p"])),
    ("sonar-scanner", &[], Behind(SONAR)),
    ("mvn", &[], Behind(SONAR)),
    ("gradlew", &[], Behind(SONAR)),
    ("doctl", &["auth", "init"], Behind(&["-t", "--access-token"])),
    ("wandb", &["login"], Argument(0)),
    ("gh", &["auth", "login", "--with-token"], Input),
    ("glab", &["auth", "login", "--stdin"], Input),
    ("composer", &["config"], Setting(&[("http-basic.", 2), ("github-oauth.", 1), ("gitlab-token.", 1), ("bearer.", 1)])),
    ("dotnet", &["nuget", "add", "source"], Behind(&["-p", "--password"])),
    ("dotnet", &["nuget", "update", "source"], Behind(&["-p", "--password"])),
    ("conan", &["user"], Behind(&["-p", "--password"])),
    ("conan", &["remote", "login"], Behind(&["-p", "--password"])),
    ("vault", &["operator", "unseal"], Argument(0)),
    ("vault", &["login"], Argument(0)),
    ("tailscale", &["up"], Behind(&["--authkey", "--auth-key"])),
    ("tailscale", &["login"], Behind(&["--authkey", "--auth-key"])),
    ("netbird", &["up"], Behind(&["--setup-key", "-k"])),
    ("kadmin", &[], Behind(&["-w"])),
    ("vncpasswd", &[], Input),
    ("x11vnc", &[], Behind(&["-passwd"])),
    ("mcrcon", &[], Behind(&["-p"])),
    ("sed", &[], Substitution),
    ("jarsigner", &[], Behind(&["-storepass", "-keypass"])),
    ("apksigner", &["sign"], Behind(&["--ks-pass", "--key-pass"])),
    ("openssl", &[], Behind(&["-passin", "-passout"])),
    ("pass", &["insert"], Input),
    ("cryptsetup", &[], Input),
    ("docker", &["secret", "create"], Input),
    ("podman", &["secret", "create"], Input),
    ("gcloud", &["secrets", "create"], Input),
    ("gcloud", &["secrets", "versions", "add"], Input),
    ("az", &["keyvault", "secret", "set"], Behind(&["--value"])),
    ("aws", &["ssm", "put-parameter", "SecureString"], Behind(&["--value"])),
];

/// SonarScanner documentation, "Analysis parameters": its token, and what older versions took for one.
const SONAR: &[&str] = &["-Dsonar.login", "-Dsonar.token", "-Dsonar.password"];

/// The password of the key store that Java comes with, which protects nothing (JDK Tool Specifications, `keytool`).
const JAVA_DEFAULT: &str = "changeit";

/// Commands that print their words.
const PRINTERS: &[&str] = &["echo", "printf"];

/// A word that holds a credential, and from where to where in its text.
pub(crate) struct Part<'c> {
    pub(crate) word: &'c Word,
    pub(crate) from: usize,
    to: usize,
}

impl<'c> Part<'c> {
    fn new(word: &'c Word, from: usize) -> Self {
        Self { word, from, to: word.text.len() }
    }

    fn text(&self) -> &'c str {
        self.word.text.get(self.from..self.to).unwrap_or_default()
    }

    /// Where it stands in the script.
    pub(crate) fn range(&self, script: &str) -> Range<usize> {
        let written = script.get(self.word.range.clone()).unwrap_or_default();
        let part = self.text();
        match written.rfind(part) {
            Some(at) => self.word.range.start + at..self.word.range.start + at + part.len(),
            None => self.word.range.clone(),
        }
    }
}

/// What the command is given, itself or by the one whose output it reads.
pub(crate) fn parts<'c>(command: &'c Command, before: Option<&'c Command>) -> Vec<Part<'c>> {
    let mut found = Vec::new();
    for (program, with, given) in PROGRAMS.iter().filter(|(program, with, _)| runs(command, program, with)) {
        let words: Vec<&Word> = match given {
            Behind(options) => command.options(options).collect(),
            Argument(at) => behind(command, with.last().copied().unwrap_or(program)).nth(*at).into_iter().collect(),
            Setting(settings) => setting(command, with.last().copied().unwrap_or(program), settings).into_iter().collect(),
            Input => before.and_then(printed).into_iter().collect(),
            Substitution => command.invocation().get(1..).unwrap_or_default().iter().filter(|word| put_in(&word.text).is_some()).collect(),
        };
        found.extend(words.into_iter().map(|word| match put_in(&word.text).filter(|_| *program == "sed") {
            Some(Range { start, end }) => Part { word, from: start, to: end },
            None => Part::new(word, start(program, &word.text)),
        }));
    }
    if let Some(file) = command.outputs.first().filter(|file| keeps_one_value(&file.text)) {
        found.extend(printed(command).map(|word| Part::new(word, start_of_line(&file.text, &word.text))));
    }
    let is_one = |text: &str| !text.is_empty() && !text.starts_with("$(") && text != JAVA_DEFAULT;
    found.retain(|part| is_one(part.text()));
    found
}

/// Whether a command reads a credential from its input.
pub(crate) fn on_input(command: &Command) -> bool {
    PROGRAMS.iter().any(|(program, with, given)| matches!(given, Input) && runs(command, program, with))
}

/// All of a script.
pub(crate) fn all<'c>(commands: &'c [Command]) -> impl Iterator<Item = Part<'c>> {
    commands.iter().enumerate().flat_map(|(index, command)| {
        let before = index.checked_sub(1).and_then(|before| commands.get(before)).filter(|_| command.piped);
        parts(command, before)
    })
}

fn runs(command: &Command, program: &str, with: &[&str]) -> bool {
    command.program() == program && command.runs(program, with)
}

/// The arguments behind a word, without options.
fn behind<'c>(command: &'c Command, word: &str) -> impl Iterator<Item = &'c Word> {
    let words = command.invocation();
    let at = words.iter().position(|other| other.text == word).map_or(words.len(), |at| at + 1);
    words[at..].iter().filter(|word| !word.text.starts_with('-'))
}

/// The value of a setting that is named by the first argument.
fn setting<'c>(command: &'c Command, word: &str, settings: &[(&str, usize)]) -> Option<&'c Word> {
    let mut arguments = behind(command, word).skip_while(|word| settings.iter().all(|(name, _)| !word.text.starts_with(name)));
    let name = arguments.next()?;
    let (_, places) = settings.iter().find(|(setting, _)| name.text.starts_with(setting))?;
    arguments.nth(places - 1)
}

/// What a command of `sed` puts in the place of a word that is called like a credential; what it names itself is found by that name.
fn put_in(text: &str) -> Option<Range<usize>> {
    let rest = text.strip_prefix('s')?;
    let sign = rest.chars().next().filter(|sign| sign.is_ascii_punctuation() && *sign != '\\')?;
    let mut parts = rest[sign.len_utf8()..].splitn(3, sign);
    let (word, value) = (parts.next()?, parts.next()?);
    parts.next()?;
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.@{}<>%$\\[]".contains(&byte);
    let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let is_value = !value.is_empty() && !value.contains(['=', ':', ' ', '\\', '&']);
    let start = value.as_ptr() as usize - text.as_ptr() as usize;
    (is_value && word.bytes().all(is_word) && is_credential(bare)).then_some(start..start + value.len())
}

/// The last word that a command prints.
fn printed(command: &Command) -> Option<&Word> {
    PRINTERS.contains(&command.program()).then(|| command.invocation().get(1..)?.last()).flatten()
}

/// Files whose lines end with a credential behind one of these signs.
const LINES: &[(&str, &str)] = &[(".pgpass", ":"), ("sasl_passwd", ":"), ("chap-secrets", " "), ("pap-secrets", " "), ("passwd-s3fs", ":")];

/// Files that hold nothing but one credential, or one at the end of each line.
fn keeps_one_value(path: &str) -> bool {
    [".vault-token", ".psk"].iter().any(|name| path.ends_with(name))
        || LINES.iter().any(|(name, _)| path.ends_with(name))
        || (keeps_credential(path) && path.ends_with("token"))
}

/// Where the credential begins in a line of such a file.
fn start_of_line(path: &str, line: &str) -> usize {
    let behind = LINES.iter().find(|(name, _)| path.ends_with(name));
    // Addresses that may use a secret of PPP stand behind it.
    let line = if behind.is_some_and(|(_, sign)| *sign == " ") { line.trim_end_matches([' ', '*']) } else { line };
    behind.and_then(|(_, sign)| line.rfind(sign)).map_or(0, |at| at + 1)
}

/// Where the credential begins in a word that holds a user as well.
fn start(program: &str, text: &str) -> usize {
    let behind = |sign: &str| text.rfind(sign).map_or(0, |at| at + sign.len());
    match program {
        // `USER:PASSWORD`
        "chpasswd" | "java" => text.find(':').map_or(0, |at| at + 1),
        "splunk" => text.find(':').map_or(text.len(), |at| at + 1),
        // `USER,PASSWORD`; without one it is asked for.
        "lftp" => text.find(',').map_or(text.len(), |at| at + 1),
        // `USER%PASSWORD`, the same.
        "net" if text.contains('%') => behind("%"),
        "net" | "realm" if text.starts_with('/') => text.len(),
        // `PACKAGE PACKAGE/QUESTION password VALUE`
        "debconf-set-selections" => text.find(" password ").map_or(text.len(), |at| at + " password ".len()),
        // `--from-literal=NAME=VALUE`
        "kubectl" | "oc" => {
            let option = text.len() - text.trim_start_matches("--from-literal=").len();
            let key = text[option..].find('=').filter(|&key| !is_public(&text[option..option + key]));
            key.map_or(text.len(), |key| option + key + 1)
        }
        // `pass:PASSWORD`; other sources are named (OpenSSL manual, "Pass Phrase Options").
        "openssl" | "apksigner" if text.contains(':') || text == "stdin" => text.strip_prefix("pass:").map_or(text.len(), |_| 5),
        // `vault login -method=jwt role=ci`
        "vault" if text.contains('=') => text.len(),
        _ if text.starts_with('-') => text.find('=').map_or(0, |at| at + 1),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::all;
    use crate::shell;

    #[test]
    fn words_that_programs_take_for_credentials() {
        for (script, expected) in [
            ("echo 'ab1' | passwd --stdin root", "ab1"),
            ("echo \"root:ab2\" | sudo chpasswd", "ab2"),
            ("usermod -p \"$(openssl passwd -6 ab3)\" deploy", "ab3"),
            ("consul agent -encrypt=ab4", "ab4"),
            ("mc alias set m https://m minio ab5", "ab5"),
            ("kubectl create secret generic x --from-literal=password=ab6", "ab6"),
            ("kubectl create secret generic x --from-literal=APP_USER=a --from-literal token=abn=", "abn="),
            ("net ads join -U admin%ab7", "ab7"),
            ("net user admin ab8 /add", "ab8"),
            ("echo 'mysql mysql/root_password password ab9' | debconf-set-selections", "ab9"),
            ("echo abc > /root/.vault-token", "abc"),
            ("echo 'h:5432:d:u:abd' > ~/.pgpass", "abd"),
            ("java -jar jenkins-cli.jar -auth admin:abe restart", "abe"),
            ("ngrok config add-authtoken abf", "abf"),
            ("lftp -u user,abh sftp://h", "abh"),
            ("/opt/splunk/bin/splunk add forward-server h -auth admin:abi", "abi"),
            ("wpa_passphrase net abj > /etc/wpa.conf", "abj"),
            ("echo '[smtp.example.com]:587 u:abk' > /etc/postfix/sasl_passwd", "abk"),
            ("echo 'vpn * abl *' >> /etc/ppp/chap-secrets", "abl *"),
            ("echo abm > /etc/zabbix/agent.psk", "abm"),
            ("vault login abn", "abn"),
            ("tailscale up --authkey=abo", "abo"),
            ("netbird up --setup-key abp", "abp"),
            ("printf %s abg | realm join -U admin example.com", "abg"),
        ] {
            let commands = shell::commands(script);
            let found: Vec<_> = all(&commands).map(|part| &script[part.range(script)]).collect();
            assert_eq!(found, [expected], "{script}");
        }
        for script in [
            "passwd -e deploy",
            "useradd -m deploy",
            "echo done | tee log",
            "cat pw | chpasswd",
            "consul agent -dev",
            "mc alias list",
            "kubectl create secret generic x --from-literal=a",
            "net user",
            "echo 'tzdata tzdata/Areas select Europe' | debconf-set-selections",
            "redis-server --port 1",
            "openssl passwd",
            "lftp -u user sftp://h",
            "pm2 link",
            "vault login -method=jwt role=ci",
            "tailscale up --ssh",
        ] {
            assert_eq!(all(&shell::commands(script)).count(), 0, "{script}");
        }
    }

    #[test]
    fn words_behind_settings_and_in_substitutions() {
        for (script, expected) in [
            ("keytool -genkeypair -storepass aba1 -alias a", "aba1"),
            ("rclone config create r sftp host h user u pass aba2", "aba2"),
            ("steamcmd +login bot aba3 +quit", "aba3"),
            ("redis-cli CONFIG SET requirepass aba4", "aba4"),
            ("mosquitto_passwd -b /etc/p app aba5", "aba5"),
            ("sonar-scanner -Dsonar.login=aba6", "aba6"),
            ("echo aba7 | gh auth login --with-token", "aba7"),
            ("composer config --global http-basic.repo.example.com bot aba8", "aba8"),
            ("composer config -g github-oauth.github.com aba9", "aba9"),
            ("vault operator unseal abb1", "abb1"),
            ("sed -i 's/__API_TOKEN__/abb2/' app.js", "abb2"),
            ("sed -i -e \"s|@@DB_PASSWORD@@|abb3|g\" app.ini", "abb3"),
            ("echo AK:abb4 > /etc/passwd-s3fs", "abb4"),
            ("openssl pkcs12 -export -out o.p12 -passout pass:abb5", "abb5"),
            ("echo -n abb6 | gcloud secrets create x --data-file=-", "abb6"),
            ("aws ssm put-parameter --name /a --type SecureString --value abb7", "abb7"),
        ] {
            let commands = shell::commands(script);
            let found: Vec<_> = all(&commands).map(|part| &script[part.range(script)]).collect();
            assert_eq!(found, [expected], "{script}");
        }
        for script in [
            "keytool -importcert -cacerts -storepass changeit",
            "composer config -g process-timeout 600",
            "wandb login",
            "aws ssm put-parameter --name /a --type String --value prod",
            "openssl rsa -in k.pem -passin env:PW",
            "openssl rand -hex 16 | gcloud secrets create x --data-file=-",
            "redis-cli CONFIG SET maxmemory 100mb",
            "sed -i 's/PasswordAuthentication yes/PasswordAuthentication no/' /etc/ssh/sshd_config",
            "sed -i 's/#Port 22/Port 2222/' /etc/ssh/sshd_config",
            "sed -i 's/__VERSION__/1.2/' app.js",
        ] {
            assert_eq!(all(&shell::commands(script)).count(), 0, "{script}");
        }
    }
}
