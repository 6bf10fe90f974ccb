use super::*;

/// What `in_text` says of the value between `«` and `»`.
fn judged(path: &str, marked: &str) -> Option<&'static str> {
    let start = marked.find('«').unwrap();
    let end = marked.find('»').unwrap() - '«'.len_utf8();
    let text = marked.replace(['«', '»'], "");
    in_text(text.as_bytes(), Span::new(start, end), Some(&Origin { path: path.into(), ..Origin::default() }))
}

#[test]
fn weak_passwords_are_credentials() {
    for value in [
        "hunter2!",
        "Summer2024",
        "admin123",
        "P@ssw0rd",
        "letmein",
        "correct horse battery staple",
        "mysecretpassword",
        "postgres",
        "root",
        "qwerty",
        "12345678",
        "s3cr3t",
        "Tr0ub4dor&3",
        "abc123",
        "test1234",
        "changeit",
        "my-secret-pw",
        "ThisEnvironmentIsAnotherPlaceToHide",
        "MCPStolenSecret42!",
        "is-it-cold-outside",
        "/k3jXQ9+Zr0=",
        "$ecret1",
        "pa{5s}word1!",
        "a<b>c9x",
        "4f$(8k!%(z@@q#",
        "ay8vun@9hg#b4&@@38",
        "monkey",
        "iloveyou",
    ] {
        assert_eq!(judged(".env", &format!("DB_PASSWORD=«{value}»\n")), None, "{value}");
        assert_eq!(judged("config.yml", &format!("password: \"«{value}»\"\n")), None, "{value}");
        assert_eq!(in_slot(value.as_bytes()), None, "{value}");
    }
    assert_eq!(judged("app.py", "password = \"«hunter2!»\""), None);
    assert_eq!(judged("Main.java", "String password = \"«Summer2024»\";"), None);
    assert_eq!(judged("compose.yml", "POSTGRES_PASSWORD: «password»\n"), None);
}

/// One a line.
const FILLERS: &str = r#"
changeme
CHANGE_ME
change-me!
ChangeMe
<your password>
<PASSWORD>
${DB_PASSWORD}
$((hpsk / 2))
@env:AC_PASSWORD
@keychain:AC_PASSWORD
prod/orders/db
{{ .Values.password }}
$DB_PASSWORD
$password
%DB_PASSWORD%
%(password)s
$(cat /run/secret)
xxxx
XXXX-XXXX
xxxxxxxx
********
...
aaaaaaaa
00000000
your-api-key-here
YOUR_TOKEN
your_password
yourpassword
insert-token-here
!ChangeThisHubSecretKey!
ReplaceMeInProduction
if_you_see_this_please_use_docker_instead
replace_with_real_key
placeholder
TODO
example
example-token
none
null
true
undefined
redacted
[REDACTED]
{password}
postgres://{user}:{pass}
((db_password))
@@PASSWORD@@
__DB_PASSWORD__
#{ENV['X']}
<%= secret %>
%s
string
Optional[str]
&str
Enter your password
The password must be at least 8 characters
••••••••
ab
${{ secrets.TOKEN }}
{$pass}
\(password)
:password
@new_password
$config['password']
$token.value})
[FILTERED]\\r\\n
blah_blah_blah
10.20.30.40
^4.0.2
1.2.840.113549.1.9.7
([^:]+)
@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x)
vault:secret/data/db#password
arn:aws:secretsmanager:eu-west-1:111122223333:secret:db
op://prod/db/password
!Ref DatabasePassword
ref+vault://x
projects/p/secrets/s/versions/1
/run/secrets/db_password
./keys/server.key
~/.ssh/id_rsa
C:\keys\server.pem
https://login.example.com/oauth2/token
$2b$12$abcdefghijk
ENC[AES256_GCM,data:abc]
-----BEGIN CERTIFICATE-----
{SSHA}abcdef
pbkdf2_sha256$260000$abc
$[password]
#[vars.token]
{%token%}
%%PASSWORD%%
<<token>>
$(</run/secrets/db)
see-vault
ask-the-admin
not-needed
hashed
hours
votre_cle_api
tu-clave-aqui
supersecretkeygoeshere
Lozinka
Hoofdwachtwoord
secret:argocd/registry#token
"#;

#[test]
fn fillers_are_none() {
    for value in FILLERS.lines() {
        assert!(judged("config.yml", &format!("password: \"«{value}»\"\n")).is_some(), "{value}");
        assert!(in_slot(value.as_bytes()).is_some(), "{value}");
    }
}

#[test]
fn code_on_the_right_hand_side_is_none() {
    for value in ["password", "os.environ", "getenv", "config.password", "self.token", "PASSWORD", "args", "request", "hunter2"] {
        assert!(judged("app.py", &format!("password = «{value}»\n")).is_some(), "{value}");
    }
    for (path, text) in [
        ("deploy.sh", "PASSWORD=«get_password»(x)"),
        ("app.conf", "token = «os.environ»[\"TOKEN\"]"),
        ("playbook.yml", "password: «vars.db_password»\n"),
        ("workflow.yml", "token: «secrets.GITHUB_TOKEN»\n"),
        ("main.tf", "password = «var.db_password»\n"),
        ("x.yml", "password: «lookup('env', 'X')»\n"),
        ("a.sh", "TOKEN=\"$«TOKEN»\""),
    ] {
        assert!(judged(path, text).is_some(), "{text}");
    }
    assert!(judged("a.js", "const TOKEN_KEY = \"«access_token»\"").is_some());
    assert!(judged("A.java", "String PASSWORD = \"«user.password»\";").is_some());
    assert!(judged("a.ts", "password: '«Password»'").is_some());
    assert!(judged("README.md", "password: «password»").is_some());
    assert!(judged("mail.rst", "``http://the-username:«the-password»@host``").is_some());
}

#[test]
fn a_value_inside_a_longer_string_is_a_literal() {
    for text in [
        "h = \"Authorization: Bearer «Zq81mfLx0KpvTr4n»\"",
        "u = 'https://ci:«kW3xqz9Vt»@host/x'",
        "run(\"curl -u ci:«kW3xqz9Vt» https://host\")",
        "run(\"say \\\"x\\\"; curl -u ci:«kW3xqz9Vt» https://host\")",
    ] {
        assert_eq!(judged("app.py", text), None, "{text}");
        assert_eq!(judged("app.go", text), None, "{text}");
    }
    assert!(judged("app.py", "x = 'done'; u = ci.«kW3xqz9Vt»").is_some());
}

#[test]
fn of_an_encoded_slot_only_templates_are_none() {
    assert!(in_encoded_slot(b"${PASSWORD}").is_some());
    assert!(in_encoded_slot(b"{{ .Values.password | b64enc }}").is_some());
    // What would be a filler if it stood there in plain text decodes to something else.
    assert_eq!(in_encoded_slot(b"changeme"), None);
    assert_eq!(in_encoded_slot(b"password"), None);
}

#[test]
fn rules_of_forms_are_none() {
    assert!(judged("a.yml", "password: \"«required|min:8»\"").is_some());
    assert_eq!(judged("a.yml", "password: \"«qz|min:8»\""), None);
}

#[test]
fn a_private_key_in_a_slot_is_a_credential() {
    assert_eq!(in_slot(b"-----BEGIN PRIVATE KEY-----\nMIIE"), None);
}

#[test]
fn addresses_with_credentials_are_not_bare() {
    assert_eq!(in_slot(b"postgres://app:hunter2@db/prod"), None);
    assert_eq!(in_slot(b"https://host/path?sig=abc"), None);
    assert_eq!(in_slot(b"https://hooks.slack.com/services/T0/B0/abc"), None);
    assert!(in_slot(b"postgres://app@db/prod").is_some());
    assert!(in_slot(b"redis://cache:6379/0").is_some());
    assert!(in_slot(b"postgres://app@db/prod?sslmode=verify-ca&sslkey=.%2Fclient.key").is_some());
    assert_eq!(in_slot(b"https://host/path?charset=utf8&k=abc"), None);
    assert_eq!(in_slot(b"https://host/path?abc"), None);
    assert!(in_slot(b"https://host/path?page=12&all=true").is_some());
}

#[test]
fn connections_with_and_without_credentials() {
    for bare in [
        "jdbc:mysql://db/app?autoReconnect=true&characterEncoding=UTF-8&allowPublicKeyRetrieval=true",
        "jdbc:postgresql://db:5432/app?sslfactory=org.postgresql.ssl.NonValidatingFactory&currentSchema=app",
        "jdbc:sqlserver://db;databaseName=app;encrypt=true;authentication=ActiveDirectoryManagedIdentity",
        "jdbc:oracle:thin:@db:1521:xe",
        "jdbc:h2:mem:app;DB_CLOSE_DELAY=-1;MODE=PostgreSQL",
        "oracle+cx_oracle://db:1521/?service_name=XE",
        "Server=tcp:app.database.windows.net,1433;Database=app;Authentication=Active Directory Default;",
        "Endpoint=sb://acme.servicebus.windows.net/;Authentication=Managed Identity",
        "DefaultEndpointsProtocol=https;AccountName=acme;EndpointSuffix=core.windows.net",
        "Driver={ODBC Driver 18 for SQL Server};Server=db;Encrypt=yes;Authentication=ActiveDirectoryMsi",
        "user=app@acme.iam host=db dbname=app sslmode=disable",
        "app@tcp(db:3306)/app?parseTime=true&allowCleartextPasswords=1",
        "app@unix(/cloudsql/p:r:i)/app",
        "file:app.db?mode=rwc",
        "kafka1:9092,kafka2:9092",
    ] {
        assert!(in_slot(bare.as_bytes()).is_some(), "{bare}");
    }
    for full in [
        "jdbc:mysql://db/app?user=app&password=4711",
        "jdbc:postgresql://db/app?sslpassword=hunter2",
        "jdbc:sqlserver://db;databaseName=app;user=sa;password=hunter2",
        "jdbc:oracle:thin:app/hunter2@db:1521:xe",
        "jdbc:h2:mem:app;USER=sa;PASSWORD=hunter2",
        "Server=db;Database=app;Uid=sa;Pwd=1234",
        "Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=aHVudGVyMg==",
        "host=db dbname=app user=app password=hunter2",
        "app:hunter2@tcp(db:3306)/app",
        "admin:1234",
        "user=hunter2&x",
        "aHVudGVyMg==",
        "a=b;c=d",
    ] {
        assert_eq!(in_slot(full.as_bytes()), None, "{full}");
    }
    let long = format!("Server=db;Database={};Password=hunter2", "a".repeat(LOOK));
    assert_eq!(in_slot(long.as_bytes()), None, "what is not looked at may hold one");
}

#[test]
fn tokens_that_are_fillers() {
    for token in [
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "AKIAXXXXXXXXXXXXXXXX",
        "sk_live_000000000000000000000000",
        "00000000000000000000000000000000",
        "sk-1234567890abcdefghijklmnopqrstuv",
        "0123456789abcdef0123456789abcdef",
        "glpat-abcdefghijklmnopqrst",
    ] {
        assert!(in_token(token.as_bytes()).is_some(), "{token}");
    }
    for token in [
        "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",
        "hunter2!",
        "AKIAQ2W3E4R5T6Y7WXYZ",
        "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2g",
    ] {
        assert_eq!(in_token(token.as_bytes()), None, "{token}");
    }
}

#[test]
fn never_panics_on_any_bytes() {
    let text: Vec<u8> = (0..=255u8).chain("${{<%(\"'«»".bytes()).collect();
    for start in 0..text.len() {
        for end in start..=text.len().min(start + 20) {
            let _ = in_text(&text, Span::new(start, end), Some(&Origin::default()));
            let _ = (in_slot(&text[start..end]), in_token(&text[start..end]));
        }
    }
}
