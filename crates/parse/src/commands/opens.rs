//! Commands that can only work with a durable key, password or key file, wherever it comes from: it is kept on the machine or handed
//! to it in a way that the script doesn't show.

use unkeyed_model::{Custody, Destination, StoreKind};

use super::Effect;
use crate::host_files;
use crate::policy_document::hole;
use crate::shell::Command;

/// Programs with words that follow, the options that name the file or the password, and where these lead. Without such options the
/// command alone says it (manuals of gcloud, kinit, ansible-vault, git-crypt, GnuPG, OpenSSL, wg-quick, mount.cifs).
const OPENERS: &[(&str, &[&str], &[&str], &str)] = &[
    ("gcloud", &["auth", "activate-service-account"], &["--key-file"], "gcp"),
    ("kinit", &[], &["-t", "-kt", "--keytab"], "unknown"),
    ("ansible-vault", &["decrypt"], &[], "unknown"),
    ("ansible-vault", &["view"], &[], "unknown"),
    ("ansible-playbook", &[], &["--vault-password-file", "--vault-pass-file", "--vault-id"], "unknown"),
    ("ansible-pull", &[], &["--vault-password-file", "--vault-pass-file", "--vault-id"], "unknown"),
    ("git-crypt", &["unlock"], &[], "unknown"),
    ("gpg", &["--decrypt"], &[], "unknown"),
    ("gpg", &["-d"], &[], "unknown"),
    ("gpg2", &["--decrypt"], &[], "unknown"),
    ("gpg2", &["-d"], &[], "unknown"),
    ("openssl", &["enc", "-d"], &[], "unknown"),
    ("openssl", &["aes-256-cbc", "-d"], &[], "unknown"),
    ("wg-quick", &["up"], &[], "unknown"),
    ("wg", &["setconf"], &[], "unknown"),
    ("wg", &["syncconf"], &[], "unknown"),
    ("tailscale", &["up"], &["--authkey", "--auth-key"], "unknown"),
    ("tailscale", &["login"], &["--authkey", "--auth-key"], "unknown"),
    ("netbird", &["up"], &["--setup-key", "-k"], "unknown"),
    ("az", &["login"], &["--certificate"], "azure"),
];

pub(super) fn effect(command: &Command) -> Option<Effect> {
    let opened = OPENERS.iter().find_map(|(program, words, options, destination)| {
        let named = || command.option_text(options).map(str::to_owned);
        let alone = || options.is_empty().then(|| std::iter::once(*program).chain(words.iter().copied()).collect::<Vec<_>>().join(" "));
        (command.program() == *program && command.runs(program, words)).then(|| Some((named().or_else(alone)?, *destination))).flatten()
    });
    let (name, destination) = opened.or_else(|| mounts(command)).or_else(|| downloads(command)).or_else(|| asks_sudo(command))?;
    // What a configuration fills in is named where it does.
    if !hole::is_known(&name) {
        return None;
    }
    Some(Effect::Fetches { store: StoreKind::File, name, custody: Custody::PlatformStored, destination: Destination::new(destination, "") })
}

/// `mount -t cifs -o credentials=FILE` and `s3fs -o passwd_file=FILE`.
fn mounts(command: &Command) -> Option<(String, &'static str)> {
    if !matches!(command.program(), "mount" | "mount.cifs" | "s3fs" | "sshfs") {
        return None;
    }
    let settings = command.option_text(&["-o", "--options"])?.split(',').filter_map(|part| part.split_once('='));
    let found =
        settings.into_iter().find(|(name, _)| matches!(*name, "credentials" | "cred" | "passwd_file" | "password" | "IdentityFile"));
    found.map(|(_, value)| (value.to_owned(), "unknown"))
}

/// A file of credentials that is copied out of an object store.
fn downloads(command: &Command) -> Option<(String, &'static str)> {
    let copies = [("aws", "s3"), ("gsutil", "cp"), ("gsutil", "rsync"), ("gcloud", "storage")];
    if !copies.iter().any(|(program, word)| command.runs(program, &[word])) {
        return None;
    }
    let words = command.invocation();
    let from = words.iter().position(|word| ["s3://", "gs://"].iter().any(|scheme| word.text.starts_with(scheme)))?;
    let to = words.get(from + 1).map_or("", |word| word.text.as_str());
    let source = &words[from].text;
    let is_one = [source.as_str(), to].iter().any(|path| host_files::credential_file(path).is_some() || path.ends_with(".env"));
    (is_one && !to.is_empty()).then(|| (source.clone(), "unknown"))
}

/// `sudo -S`: the password of the account is read from the input.
fn asks_sudo(command: &Command) -> Option<(String, &'static str)> {
    let mut words = command.words.iter().map(|word| word.text.as_str()).skip_while(|word| *word != "sudo").skip(1);
    let asks = words.by_ref().take_while(|word| word.starts_with('-')).any(|word| matches!(word, "-S" | "--stdin" | "-kS" | "-Sk"));
    asks.then(|| ("password of sudo".to_owned(), "unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell;

    fn opened(line: &str) -> Vec<String> {
        let name = |effect| if let Effect::Fetches { name, .. } = effect { Some(name) } else { None };
        shell::commands(line).iter().filter_map(effect).filter_map(name).collect()
    }

    #[test]
    fn commands_that_need_something_that_lasts() {
        for (line, name) in [
            ("gcloud auth activate-service-account --key-file=/opt/key.json", "/opt/key.json"),
            ("sudo gcloud auth activate-service-account a@b --key-file key.json", "key.json"),
            ("kinit -k -t /etc/app.keytab app@EXAMPLE.COM", "/etc/app.keytab"),
            ("kinit -kt app.keytab app", "app.keytab"),
            ("ansible-vault decrypt group_vars/all.yml", "ansible-vault decrypt"),
            ("ansible-playbook -i h site.yml --vault-password-file ~/.pw", "~/.pw"),
            ("gpg --batch --quiet --decrypt secrets.tar.gpg", "gpg --decrypt"),
            ("openssl enc -aes-256-cbc -d -in a.enc -out a -kfile k", "openssl enc -d"),
            ("wg-quick up wg0", "wg-quick up"),
            ("tailscale up --authkey $TS_AUTHKEY --ssh", "$TS_AUTHKEY"),
            ("mount -t cifs //nas/x /mnt -o credentials=/etc/nas.cred,uid=1", "/etc/nas.cred"),
            ("aws s3 cp s3://cfg/prod.env /etc/app/settings", "s3://cfg/prod.env"),
            ("gsutil cp gs://cfg/a /etc/nginx/server.key", "gs://cfg/a"),
            ("echo x | sudo -S systemctl restart app", "password of sudo"),
        ] {
            assert_eq!(opened(line), [name], "{line}");
        }
        for line in [
            "gcloud auth login --cred-file=wif.json",
            "gpg --verify a.sig a; gpg --import key.asc",
            "openssl enc -base64 -in a; openssl dgst -sha256 a",
            "wg show; tailscale up --ssh; tailscale status",
            "mount -t nfs a:/x /mnt -o rw,hard; sudo systemctl restart app; sudo -E make -S",
            "aws s3 cp .env s3://cfg/.env; aws s3 cp s3://cfg/app.tgz /opt; aws s3 ls s3://cfg/a.key",
            "ansible-playbook site.yml; ansible-vault --version; kinit --version",
        ] {
            assert_eq!(opened(line), [""; 0], "{line}");
        }
    }
}
