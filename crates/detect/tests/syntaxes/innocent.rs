//! Lines that hold no credential, with random values where real ones differ.

use crate::random::Random;

/// Where such a line stands, and how it reads: `{hex40}` is so many hexadecimal digits, `{word}` a word.
pub(crate) struct Kind {
    pub(crate) path: &'static str,
    pub(crate) line: &'static str,
}

const fn at(path: &'static str, line: &'static str) -> Kind {
    Kind { path, line }
}

const WORDS: &[&str] = &[
    "order", "invoice", "customer", "profile", "session", "report", "account", "window", "payment", "gateway", "message", "search",
    "river", "market", "update", "archive", "driver", "worker", "region", "backup",
];
const TEXTS: &[&str] = &[
    "Passwort vergessen?",
    "Neues Kennwort wiederholen",
    "Contraseña actual",
    "Mot de passe oublié ?",
    "Введите пароль",
    "パスワードを入力してください",
    "Your password has expired",
    "Enter the code from your app",
    "Le jeton a expiré",
    "Password must have 8 characters",
];

pub(crate) const KINDS: &[Kind] = &[
    // Hashes, identifiers, versions.
    at("SHA256SUMS", "{hex64}  app-{word}.tar.gz\n"),
    at(".github/workflows/ci.yml", "      - uses: actions/checkout@{hex40}\n"),
    at("package-lock.json", "      \"integrity\": \"sha512-{base86}==\",\n"),
    at("yarn.lock", "  checksum: 10c0/{hex128}\n"),
    at("Cargo.lock", "checksum = \"{hex64}\"\n"),
    at("go.sum", "github.com/acme/{word} v1.4.2 h1:{base43}=\n"),
    at("poetry.lock", "    {file = \"{word}-1.0.tar.gz\", hash = \"sha256:{hex64}\"},\n"),
    at("src/model.py", "{word}_id = \"{uuid}\"\n"),
    at("src/Api.java", "String requestId = \"{uuid}\";\n"),
    at("src/cache.js", "const cacheKey = '{word}:{word}:list';\n"),
    at("k8s/app.yaml", "        image: acme/{word}@sha256:{hex64}\n"),
    at("k8s/app.yaml", "        checksum/config: {hex64}\n"),
    at("var/app.log", "2026-03-04T10:11:12Z INFO {word}: request_id={hex32} status=200\n"),
    at("src/model.go", "const commit = \"{hex40}\"\n"),
    at("data/users.sql", "INSERT INTO users (name, password) VALUES ('{word}', '$2y$10${bcrypt53}');\n"),
    at("src/auth.py", "PASSWORD_HASH = \"pbkdf2_sha256$600000${hex16}${base43}=\"\n"),
    at("tests/etag.py", "assert response.headers[\"ETag\"] == '\"{hex32}\"'\n"),
    at("web/index.html", "<script src=\"/static/{word}.{hex20}.js\" integrity=\"sha384-{base64}\"></script>\n"),
    at("ios/project.pbxproj", "\t\t{HEX24} /* {word}.swift */ = {isa = PBXFileReference; path = {word}.swift; };\n"),
    at("config/newrelic.yml", "  trace_id: {hex32}\n"),
    at("notebooks/a.ipynb", "   \"cell_type\": \"code\", \"id\": \"{hex8}\",\n"),
    at("notebooks/a.ipynb", "      \"image/png\": \"iVBORw0KGgoAAAANSUhEUgAA{base200}\\n\",\n"),
    // Public halves.
    at("authorized_keys", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{base43} {word}@acme\n"),
    at("certs/ca.pem", "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE{base86}\n-----END PUBLIC KEY-----\n"),
    at("src/site.js", "const publicKey = \"{base43}=\";\n"),
    at(".env", "STRIPE_PUBLISHABLE_KEY={base32}\n"),
    at("config/app.yml", "recaptcha_site_key: 6L{base38}\n"),
    // References, templates, placeholders.
    at("deploy/app.yaml", "  password: ${{ secrets.{WORD}_PASSWORD }}\n"),
    at("deploy/app.yaml", "          secretKeyRef: {name: {word}-db, key: password}\n"),
    at("main.tf", "  token = var.{word}_token\n"),
    at("main.tf", "  password = random_password.{word}.result\n"),
    at("deploy/run.sh", "export {WORD}_TOKEN=\"$(vault read -field=token secret/{word})\"\n"),
    at("values.yaml", "  adminPassword: {{ .Values.{word}.password | quote }}\n"),
    at(".env.example", "{WORD}_API_KEY=your-{word}-api-key\n"),
    at("README.md", "Set `{WORD}_TOKEN=<your token>` before you start.\n"),
    at("src/settings.py", "PASSWORD = os.environ[\"{WORD}_PASSWORD\"]\n"),
    at("src/Config.cs", "var secret = configuration[\"{word}:ClientSecret\"];\n"),
    at("appsettings.json", "  \"ConnectionStrings\": { \"Main\": \"Server=db;Database={word};Integrated Security=true\" },\n"),
    at("docker-compose.yml", "      POSTGRES_PASSWORD_FILE: /run/secrets/{word}_password\n"),
    at("src/app.rb", "  password = ENV.fetch('{WORD}_PASSWORD')\n"),
    at("config/{word}.ini", "password = ********\n"),
    at("tests/a.py", "password = \"changeme\"\n"),
    at("tests/a.js", "const token = 'xxxxxxxxxxxxxxxxxxxx';\n"),
    // Programs.
    at("src/lexer.js", "  {regex: /{word}/, token: \"keyword\", next: \"{word}\"},\n"),
    at("src/login.tsx", "<Label htmlFor=\"password\">{t(\"auth.{word}_password\")}</Label>\n"),
    at("src/login.html", "<label for=\"password\">Your {word} password</label>\n"),
    at("src/login.html", "<input type=\"password\" name=\"password\" id=\"{word}-password\" placeholder=\"Password\">\n"),
    at("src/Login.java", "throw new IllegalArgumentException(\"Invalid password for {word}\");\n"),
    at("src/auth.go", "return errors.New(\"token: {word} is not valid\")\n"),
    at("src/style.css", "input[type=password]:focus,.{word}-token:before{content:\"\\f21b\"}\n"),
    at("src/form.php", "'password' => 'required|string|min:8|confirmed',\n"),
    at("src/User.kt", "val passwordField = findViewById<EditText>(R.id.{word}_password)\n"),
    at("src/token.rs", "let token = Token::{Word}(\"{word}\");\n"),
    at("src/types.ts", "  accessToken: string; refreshToken?: string; {word}Key: keyof {Word};\n"),
    at("app.min.js", "function(e,t){var n=e.key;return t.token===\"{word}\"?e.pass(t):{key:n,token:\"{word}\"}}\n"),
    at("src/query.sql", "SELECT token, secret_key FROM {word} WHERE api_key = :api_key;\n"),
    at("src/api.yaml", "        - {in: header, name: X-API-Key, schema: {type: string, description: Key of the {word}}}\n"),
    at("src/Keys.java", "public static final String PASSWORD_KEY = \"{word}.password\";\n"),
    at("nginx.conf", "ssl_ciphers ECDHE+AESGCM:!aNULL:!PSK:!RC4:!{WORD};\n"),
    // Texts for people.
    at("src/i18n/de.json", "  \"password.reset\": \"{text}\",\n"),
    at("conf/locale/locale_de.ini", "forgot_password={text}\n"),
    at("src/ui.properties", "login.password={text}\n"),
    at("README.md", "The password is stored in the {word} and never leaves it.\n"),
    at("docs/{word}.md", "| token | string | The {word} token of the user |\n"),
    at("conf/app.conf", "# the {word} reads its key file by using ssl_key_password = path.\n"),
    at("src/Doc.java", " * @param password the password of the {word}\n"),
];

const HEX: &str = "0123456789abcdef";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The line with its values.
pub(crate) fn line(template: &str, random: &mut Random) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let inner = &rest[open + 1..];
        let value = inner.find('}').and_then(|close| Some((value(&inner[..close], random)?, close)));
        if let Some((value, close)) = value {
            out.push_str(&value);
            rest = &inner[close + 1..];
        } else {
            out.push('{');
            rest = inner;
        }
    }
    out + rest
}

fn value(name: &str, random: &mut Random) -> Option<String> {
    let count = |kind: &str| name.strip_prefix(kind).and_then(|digits| digits.parse::<usize>().ok());
    let word = |random: &mut Random| (*random.one(WORDS)).to_owned();
    Some(match name {
        "word" => word(random),
        "Word" => {
            let word = word(random);
            word[..1].to_ascii_uppercase() + &word[1..]
        }
        "WORD" => word(random).to_ascii_uppercase(),
        "text" => (*random.one(TEXTS)).to_owned(),
        "uuid" => [8, 4, 4, 4, 12].map(|length| random.text(HEX, length)).join("-"),
        _ => {
            if let Some(length) = count("hex") {
                random.text(HEX, length)
            } else if let Some(length) = count("HEX") {
                random.text(HEX, length).to_ascii_uppercase()
            } else {
                random.text(BASE64, count("base").or_else(|| count("bcrypt"))?)
            }
        }
    })
}
