//! The tools that take a password without a name for it.

/// How a tool takes a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// `-u user:password`
    AfterUser,
    /// `-p password`
    Next,
    /// `-ppassword`
    Attached,
    /// `(…, …, "password")`: the argument of that number, from 1.
    Argument(usize),
    /// `"password"` behind the tool's name.
    Here,
    /// `user password` behind the options: the last of so many words.
    Word(usize),
}

/// A tool, its options, and how they take the password.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    /// A word that must follow it on the line.
    pub(crate) with: &'static str,
    pub(crate) options: &'static [&'static str],
    pub(crate) takes: Takes,
}

/// By name.
pub(crate) const TOOLS: &[Tool] = &[
    Tool { name: "curl ", with: "", options: &["-u", "--user", "--proxy-user", "-U"], takes: Takes::AfterUser },
    Tool { name: "wget ", with: "", options: &["--user"], takes: Takes::AfterUser },
    Tool { name: "sshpass", with: "", options: &["-p"], takes: Takes::Next },
    Tool { name: "mysql", with: "", options: &["-p"], takes: Takes::Attached },
    Tool { name: "mariadb", with: "", options: &["-p"], takes: Takes::Attached },
    Tool { name: "docker login", with: "", options: &["-p"], takes: Takes::Next },
    Tool { name: "podman login", with: "", options: &["-p"], takes: Takes::Next },
    Tool { name: "registry login", with: "", options: &["-p"], takes: Takes::Next },
    Tool { name: "az login", with: "", options: &["-p"], takes: Takes::Next },
    Tool { name: "redis-cli", with: "", options: &["-a"], takes: Takes::Next },
    Tool { name: "ldapsearch", with: "", options: &["-w"], takes: Takes::Next },
    Tool { name: "ldapmodify", with: "", options: &["-w"], takes: Takes::Next },
    Tool { name: "ldapadd", with: "", options: &["-w"], takes: Takes::Next },
    Tool { name: "smbclient", with: "", options: &["-U"], takes: Takes::AfterUser },
    Tool { name: "getConnection(", with: "", options: &[], takes: Takes::Argument(3) },
    Tool { name: "mysqli_connect(", with: "", options: &[], takes: Takes::Argument(3) },
    Tool { name: "mysql_connect(", with: "", options: &[], takes: Takes::Argument(3) },
    Tool { name: "new mysqli(", with: "", options: &[], takes: Takes::Argument(3) },
    Tool { name: "new PDO(", with: "", options: &[], takes: Takes::Argument(3) },
    Tool { name: "jwt.sign(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "jwt.verify(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "jwt.encode(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "jwt.decode(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "createHmac(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "ConvertTo-SecureString", with: "", options: &[], takes: Takes::Here },
    Tool { name: "htpasswd", with: "b", options: &[], takes: Takes::Word(4) },
];
