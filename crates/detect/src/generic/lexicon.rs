//! The words by which credentials are named, in the languages in which people name them.
//!
//! One decision a reader would question: the words are judged by where they stand in a name. `db_password` is a password and
//! `password_field` is a field, so the last word that says anything decides, and the lists say which words those are.

/// What is searched for; each hit is extended to the name around it. ASCII letters stand for both cases.
pub(crate) const STEMS: &[&str] = &[
    "pass",
    "pwd",
    "pswd",
    "psw",
    "_pw",
    "-pw",
    ".pw",
    " pw",
    "\npw",
    "\"pw",
    "'pw",
    "$pw",
    "(pw",
    "rootpw",
    "bindpw",
    "dbpw",
    "userpw",
    "mdp",
    "psk",
    "secret",
    "salt",
    "pepper",
    "token",
    "key",
    "cred",
    "auth",
    "bearer",
    "jwt",
    "kennwort",
    "wachtwoord",
    "contrase",
    "senha",
    "parola",
    "parool",
    "haslo",
    "hasło",
    "heslo",
    "lösenord",
    "losenord",
    "salasana",
    "jelszo",
    "jelszó",
    "sifre",
    "şifre",
    "lozinka",
    "geslo",
    "segreto",
    "segredo",
    "geheimnis",
    "schluessel",
    "schlüssel",
    "chiave",
    "clave",
    "парол",
    "Парол",
    "ПАРОЛ",
    "hasŁo",
    "lÖsenord",
    "jelszÓ",
    "Şifre",
    "Şİfre",
    "schlÜssel",
    "κωδικ",
    "Κωδικ",
    "ΚΩΔΙΚ",
    "סיסמ",
    "รหัสผ่าน",
    "adgangskode",
    "matkhau",
    "mat_khau",
    "katasandi",
    "kata_sandi",
    "密码",
    "密碼",
    "パスワード",
    "비밀번호",
    "otp",
    "mfa",
    "pincode",
    "pin_code",
    "connectionstr",
];

/// Names of passwords: whole words of a name, or the end of a word that joins several (`dbpassword`).
pub(super) const PASSWORDS: &str = "
    adgangskode passord katasandi sandi matkhau khau sifresi şifresi κωδικός κωδικος κωδικοσ סיסמה סיסמא รหัสผ่าน пароли
    password passwd passphrase passcode passwort kennwort pswd psswd passwrd pasword passw userpass dbpass adminpass rootpass
    sqlpass smtppass mailpass ftppass sshpass loginpass requirepass authpass proxypass keypass storepass bindpass motdepasse
    mdp wachtwoord contraseña contrasena contrasenia senha parola parool haslo hasło heslo lösenord losenord salasana jelszo
    jelszó sifre şifre lozinka geslo пароль пароля 密码 密碼 パスワード 비밀번호 rootpw bindpw userpw dbpw adminpw mypw psk
    pincode keystorepass truststorepass wifipass sapwd dbpwd userpwd adminpwd rootpwd loginpwd mysqlpwd smtppwd ftppwd mailpwd bindpwd
    recvpass sendpass linkpass operpass serverpass nickpass clientpass httppass webpass imappass emailpass dbmspass vncpass rconpass pskc
";

/// Names of passwords that count only as a whole word of a name: other words end like them (`bypass`).
pub(super) const SHORT_PASSWORDS: &str = "pass pwd pw psw psk passe";

/// First words of names that end in `pass` and count one, or say what passes: `secondPass`, `RENDER_PASS`.
pub(super) const PASSES: &str = "
    blur compile compiler depth each final first full high last low lighting main multi next one optimizer per previous render rendering
    second shader shadow single third two
";

/// Names of shared secrets.
pub(super) const SECRETS: &str = "secret segreto segredo geheimnis secreto pepper";

/// Names of keys with what they are for, in one word.
pub(super) const KEYS: &str = "
    apikey accesskey secretkey privatekey authkey masterkey sharedkey appkey accountkey licensekey signkey signingkey cryptokey
    encryptionkey enckey encryptkey aeskey deskey hmackey jwtkey sshkey rsakey servicekey subscriptionkey clientkey serverkey
    deploykey nwkskey appskey nwkkey consumerkey sessionkey storagekey cipherkey securitykey privkey adminkey devkey mapkey writekey readkey
    networkkey schluessel schlüssel
";

/// Names of tokens.
pub(super) const TOKENS: &str = "token jeton bearer jwt";

/// Names that say no more than "key".
pub(super) const BARE_KEYS: &str = "key clave chiave";

/// Names of credentials of any form.
pub(super) const AUTHS: &str = "auth authentication authorization basicauth httpauth credential credentials cred creds";

/// What a key is for, as the word before it, where that makes it a credential.
pub(super) const KEY_KINDS: &str = "
    access account admin aes api app application auth authentication authorization azure client consumer cookie credential crypt
    crypto cipher decryption deploy des dev encrypt encryption function functions github gitlab google hmac host ingest
    integration jwt kms license licence livechat logging mailgun maps master merchant openai private priv product provisioning
    push read rapidapi registration root rsa secret security sendgrid server service session shared sign signing signature
    ssh storage stripe subscription tenant twilio user vault wallet webhook write x
";

/// What is salted with a value that the whole application shares, as the word before "salt".
pub(super) const SALTED: &str = "
    app application auth cookie crypt crypto encryption hash hmac key login nonce passwd password pwd secret secure security session site token
";

/// Ciphers, and what signs with a shared key, as the names of calls: `AES(key: "x")`.
pub(super) const CIPHERS: &str = "
    aes aesgcm arc4 blowfish chacha20 chacha20poly1305 cipher des fernet hkdf hmac rabbit rc4 salsa20 secretbox symmetrickey tripledes
    twofish xchacha20
";

/// What a key or token is, as the word before it, where that makes it something else than a credential.
pub(super) const NOT_KINDS: &str = "
    apt arrow attribute authorized backward bos bucket button cache cls column combo compare composite config context control ctrl current cursor
    custom data default delete design dict dictionary document end enter entity env eos error escape esc event expected field file filter first
    flag foreign forward function gpg grouping group hash header host hot i18n id idempotency identity image index input item
    json keyboard known label lang language last left lexer lock lookup mapping mask max member message meta metadata min missing
    modifier name namespace natural new next node nonce num number object old option order page pad param parameter parent parse
    parser partition path pref preference press previous prop property pub public pgp query range record recv redux ref
    required resource right route routing row s3 schema section select separator sep setting shift short site socket
    sort sorting special start state status stop storage style sync syntax tab table tag target template text theme thumb
    timestamp title total transaction translation type unique unk unknown url value view websocket window xsrf csrf cancellation
    continuation completion prompt input output pagination resume scroll
";

/// Words that may follow the credential's without changing what it is.
pub(super) const NEUTRAL: &str = "
    value val str string plain plaintext cleartext clear prod production stage staging live dev development test testing sandbox
    local default old new current confirm confirmation repeat repeated again retype b64 base64 hex raw base env var arg input text txt param 1 2 here const
";

/// Words that make a name something about a credential instead of one, if they come last.
pub(super) const ABOUT: &str = "
    action activity address addresses age amount alg algo algorithm algorithms alias arn attempt attempts attribute auth_type available backend balance bit bits bucket button
    bytes cache callback change changed chars charset check checker class code codes col column command comment config
    content context contract control count create created creation ctrl cue data date day days decimals decoder description dialog digest dir
    directory display doc docs element email enabled encoder encoding endpoint entropy entry error errors event exception exists expiration
    expire expired expires expiry extractor factory failed failure field fields file filename files fingerprint flag flow folder
    for form format func function generate generated generation generator getter group grant handle handler handlers hash hashed hasher hashes hashing header headers
    help helper hint history host icon id identifier ids index info input_type invalid is issuer item iterations key_name kind
    label labels last_changed layout len length level lifetime limit line link links list location log login logic manager map max
    message messages meta metadata method min minutes missing mode model module msg n name names need needed node note num number object
    of offset option options page pages panel parser path paths pattern permission permissions plugin policies policy port
    position prefix price process prompt property provider purpose questions quality rate reader reason recovery ref reference refs
    regex regexp release repo request requests required requirement requirements reset resolver resource response result role rotation route row rows rule
    rules salt schema scope screen script seconds sent service set sets setter setting settings shown size source sources spec state
    status step store strength strategy suffix symbol table tag target template test_name text_field time timeout timestamp title to ttl type
    types uri uris url urls usage used user username users utils valid validate validation validator validity verifier verify version view visibility visible
    warning widget wrong year payload pbkdf pbkdf2 scrypt argon argon2id ssha csrftoken csrfmiddlewaretoken xsrftoken
    requestverificationtoken
    locktoken nopasswd nopassword opaquelocktoken
    length() size() mapping ring chain board word words frame stroke strokes space pair pairs binding bindings down up press code pad stone
";

/// First words of the names of functions that do something with a credential instead of taking it.
pub(super) const VERBS: &str = "
    add append ask assert bcrypt can change check clear compare compute confirm contain convert create crypt decode decrypt delete derive digest encode encrypt
    ensure expect extract fetch find forgot from gen generate get getpass handle has hash input insert invalidate is list load lookup make mask match new_random normalize on
    parse pop press print prompt push put query random read recover redact refresh remember remove request require reset resolve retrieve revoke rotate sanitize save select send
    should show store strip test toggle to unset update validate verify wait
";

/// Names of fields that hold the value beside a field that holds the name.
pub(super) const VALUE_FIELDS: &str = "value val content default defaultvalue default_value string_value data";

/// Words that people put where a credential belongs, or by which tests name theirs.
pub(super) const MOCK_WORDS: &str = "
    test example sample dummy fake mock demo your placeholder changeme change_me replace insert todo foobar foo blah
    xxxx invalid wrong notreal not-a-real redacted here dein ihr- votre ejemplo tucontra beispiel esempio пример ваш 示例
    some value something whatever random generated unused
";

/// Short passwords with which programs and devices are delivered.
pub(super) const DEFAULTS: &str = "admin guest kali root toor";

/// Words for credentials as parts of a value: `mysecretpassword`, `refresh_token`.
pub(super) const VALUE_NOUNS: &str = "
    password passwd passwort secret token key auth cred login user pass
";
