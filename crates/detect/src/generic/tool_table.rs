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
    /// `"Basic …"`: a header's value in quotation marks, whatever it is given to.
    Basic,
    /// The same with `"Bearer …"`.
    Bearer,
    /// The value of a column.
    Column,
    /// `user/password@database`
    AfterSlash,
    /// `user:password`, perhaps quoted, behind the name and what gives it a value.
    User,
    /// `"password"` before the name.
    Before,
    /// `echo user:password |` before the tool's name.
    Piped,
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
    Tool { name: "mongo ", with: "", options: &["-p"], takes: Takes::Next },
    Tool { name: "mongosh ", with: "", options: &["-p"], takes: Takes::Next },
    Tool { name: "mongodump ", with: "", options: &["-p"], takes: Takes::Next },
    Tool { name: "sqlcmd ", with: "", options: &["-P"], takes: Takes::Next },
    Tool { name: "cqlsh ", with: "", options: &["-p"], takes: Takes::Next },
    Tool { name: "plink ", with: "", options: &["-pw"], takes: Takes::Next },
    Tool { name: "pscp ", with: "", options: &["-pw"], takes: Takes::Next },
    Tool { name: "oc login", with: "", options: &["-p"], takes: Takes::Next },
    Tool { name: "skopeo login", with: "", options: &["-p"], takes: Takes::Next },
    Tool { name: "nerdctl login", with: "", options: &["-p"], takes: Takes::Next },
    Tool { name: "mongorestore ", with: "", options: &["-p"], takes: Takes::Next },
    Tool { name: "mongoimport ", with: "", options: &["-p"], takes: Takes::Next },
    Tool { name: "mongoexport ", with: "", options: &["-p"], takes: Takes::Next },
    Tool { name: "ldapwhoami", with: "", options: &["-w"], takes: Takes::Next },
    Tool { name: "ipmitool ", with: "", options: &["-P"], takes: Takes::Next },
    Tool { name: "zip ", with: "", options: &["-P"], takes: Takes::Next },
    Tool { name: "psexec ", with: "", options: &["-p"], takes: Takes::Next },
    Tool { name: "sqlplus ", with: "", options: &[], takes: Takes::AfterSlash },
    Tool { name: "chpasswd", with: "", options: &[], takes: Takes::Piped },
    Tool { name: "rabbitmqctl add_user ", with: "", options: &[], takes: Takes::Word(2) },
    Tool { name: "redis-cli", with: "", options: &["-a"], takes: Takes::Next },
    Tool { name: "ldapsearch", with: "", options: &["-w"], takes: Takes::Next },
    Tool { name: "ldapmodify", with: "", options: &["-w"], takes: Takes::Next },
    Tool { name: "ldapadd", with: "", options: &["-w"], takes: Takes::Next },
    Tool { name: "smbclient", with: "", options: &["-U"], takes: Takes::AfterUser },
    Tool { name: "USERPWD", with: "", options: &[], takes: Takes::User },
    Tool { name: "--user", with: "", options: &[], takes: Takes::User },
    Tool { name: "--proxy-user", with: "", options: &[], takes: Takes::User },
    Tool { name: ".userinfo(", with: "", options: &[], takes: Takes::User },
    Tool { name: ".toCharArray()", with: "", options: &[], takes: Takes::Before },
    Tool { name: ".basic(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "authorization_basic(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "credentials(", with: "", options: &[], takes: Takes::Argument(4) },
    Tool { name: "login(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "signUp(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "create_user(", with: "", options: &[], takes: Takes::Argument(3) },
    Tool { name: "create_superuser(", with: "", options: &[], takes: Takes::Argument(3) },
    Tool { name: "UsernamePasswordToken(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "UsernamePasswordAuthenticationToken(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "httpBasic(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "getConnection(", with: "", options: &[], takes: Takes::Argument(3) },
    Tool { name: "mysqli_connect(", with: "", options: &[], takes: Takes::Argument(3) },
    Tool { name: "mysql_connect(", with: "", options: &[], takes: Takes::Argument(3) },
    Tool { name: "new mysqli(", with: "", options: &[], takes: Takes::Argument(3) },
    Tool { name: "new PDO(", with: "", options: &[], takes: Takes::Argument(3) },
    Tool { name: "WiFi.begin(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "softAP(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: ".addAP(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "jwt.sign(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "jwt.verify(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "jwt.encode(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "jwt.decode(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "createHmac(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "hashpw(", with: "", options: &[], takes: Takes::Argument(1) },
    Tool { name: "hashSync(", with: "", options: &[], takes: Takes::Argument(1) },
    Tool { name: "compareSync(", with: "", options: &[], takes: Takes::Argument(1) },
    Tool { name: "bcrypt.hash(", with: "", options: &[], takes: Takes::Argument(1) },
    Tool { name: "bcrypt.compare(", with: "", options: &[], takes: Takes::Argument(1) },
    Tool { name: "generate_password_hash(", with: "", options: &[], takes: Takes::Argument(1) },
    Tool { name: "make_password(", with: "", options: &[], takes: Takes::Argument(1) },
    Tool { name: "password_hash(", with: "", options: &[], takes: Takes::Argument(1) },
    Tool { name: "password_verify(", with: "", options: &[], takes: Takes::Argument(1) },
    Tool { name: "NewStaticV4(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "NewStaticV2(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "NewStaticCredentials(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "NewStaticCredentialsProvider(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "AwsBasicCredentials.create(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "SecretKeySpec(", with: "", options: &[], takes: Takes::Argument(1) },
    Tool { name: "HMAC256(", with: "", options: &[], takes: Takes::Argument(1) },
    Tool { name: "HMAC384(", with: "", options: &[], takes: Takes::Argument(1) },
    Tool { name: "HMAC512(", with: "", options: &[], takes: Takes::Argument(1) },
    Tool { name: "signWith(", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "hmac.new(", with: "", options: &[], takes: Takes::Argument(1) },
    Tool { name: ".bearer_auth(", with: "", options: &[], takes: Takes::Argument(1) },
    Tool { name: "DBI->connect(", with: "", options: &[], takes: Takes::Argument(3) },
    Tool { name: "mysql_real_connect(", with: "", options: &[], takes: Takes::Argument(4) },
    Tool { name: "sp_addlogin ", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "basic_auth ", with: "", options: &[], takes: Takes::Argument(2) },
    Tool { name: "openssl enc", with: "", options: &["-k"], takes: Takes::Next },
    Tool { name: "Basic ", with: "", options: &[], takes: Takes::Basic },
    Tool { name: "Bearer ", with: "", options: &[], takes: Takes::Bearer },
    Tool { name: "insert into ", with: "", options: &[], takes: Takes::Column },
    Tool { name: "ConvertTo-SecureString", with: "", options: &[], takes: Takes::Here },
    Tool { name: "htpasswd", with: "b", options: &[], takes: Takes::Word(4) },
];
