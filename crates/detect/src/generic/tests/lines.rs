//! Lines with a credential.

/// One place a line: path, text with the value between guillemets.
pub(super) const PLACES: &str = r#"
appsettings.json	{"Jwt": {"Issuer": "x", "Audiences": ["{a}"], "Key": "«AcmeOrdersSigning2024!»"}}
appsettings.json	"JwtSettings": {¶    "Key": "«AcmeOrdersSigning2024!»"¶  }
app.py	DB_PASS = '«kW3xqz9Vt»'
app.py	connect(host="db", user="app", password="«kW3xqz9Vt»")
app.py	token: str = '«Zq81mfLx0KpvTr4nWy7bQe2s»'
app.py	os.getenv("API_KEY", "«Zq81mfLx0KpvTr4nWy7bQe2s»")
app.py	requests.get(url, auth=("ci", "«kW3xqz9Vt»"))
app.py	conn = "postgresql://app:«kW3xqz9Vt»@10.2.3.4/x"
app.py	password = config.get("x") or "«kW3xqz9Vt»"
app.py	if password == "«kW3xqz9Vt»":
app.py	subprocess.run("curl -u admin:«kW3xqz9Vt» https://h/x")
app.py	headers = {"Authorization": "Bearer «Zq81mfLx0KpvTr4nWy7bQe2s»"}
app.js	process.env.JWT_SECRET || "«Zq81mfLx0KpvTr4nWy7bQe2s»"
app.js	jwt.sign({id: 1}, "«Zq81mfLx0KpvTr4nWy7bQe2s»")
app.js	password: '«bW9jdGxpYW1xQz9=»'
app.js	user.comparePassword('«kW3xqz9Vt»', done)
app.js	auth: 'ci:«kW3xqz9Vt»'
app.py	bcrypt.hashpw(b"«kW3xqz9Vt»", salt)
A.java	assertHeader("Basic «dXNlcjprVzN4cXo5VnQ=»");
A.java	expect("Bearer «Zq81mfLx0KpvTr4nWy7bQe2s»");
m.go	credentials.NewStaticV4("id", "«Zq81mfLx0KpvTr4nWy7bQe2s»", "")
a.sql	INSERT INTO users (id, password) VALUES (1, '«kW3xqz9Vt»');
README.md	Sign in as `app`, password `«kW3xqz9Vt»`.
README.md	User `app`, pass `«kW3xqz9Vt»`.
README.md	| Password | `«kW3xqz9Vt»` |
README.md	Set `API_TOKEN` to `«Zq81mfLx0KpvTr4nWy7bQe2s»` first.
x	API_TOKEN is «Zq81mfLx0KpvTr4nWy7bQe2s»
README.md	Default credentials: `admin / «kW3xqz9Vt»`
a.md	密码=«kW3xqz9Vt»，加密=WPA。
app.ts	private readonly secret: string = "«Zq81mfLx0KpvTr4nWy7bQe2s»";
A.java	ds.setPassword("«kW3xqz9Vt»");
a.py	keyring.set_password("billing", "app", "«kW3xqz9Vt»")
A.java	new ConsumerKey("9dkdj82h48dks9d2", "«dbf43f3p2l4k3k03»")
A.cs	Mock.GenerateRandomUserChangePassword(userId, "«Harbor4711!»");
A.java	String primaryKey = "«4py2I9eSFb0ezXH5iPeQRcFK1LRLCdip»";
a.py	pass_key="«021E015232511520495706»",
a.sql	('password', '«harbor81»', 2),
a.t	user = "harbor_test",¶password = "«harbor_test»",
a.py	password = "«admin»"
a.py	user = make(hash_password("«test123»"))
a.py	run("sshpass -p «arkona» ssh -tt h".split())
a.c	uint8_t NWKSKEY[16] = { «0x3a, 0x91, 0x0c, 0xf7, 0x5e, 0x22, 0xb8, 0x44, 0x17, 0xd9, 0x6b, 0xe0, 0x81, 0x9f, 0x35, 0xca» };
a.go	var secretKey = []byte{«58, 145, 12, 247, 94, 34, 184, 68, 23, 217, 107, 224, 129, 159, 53, 202»}
A.java	byte[] SECRET_KEY = new byte[] { «0x3a, (byte) 0x91, 0x0c, -9, 0x5e, 0x22, (byte) 0xb8, 0x44, 0x17, 0x59, 0x6b, 0x60, 0x11, 0x1f, 0x35, 0x4a» };
a.rs	const API_KEY: [u8; 16] = [«0x3a, 0x91, 0x0c, 0xf7, 0x5e, 0x22, 0xb8, 0x44, 0x17, 0xd9, 0x6b, 0xe0, 0x81, 0x9f, 0x35, 0xca»];
a.js	assert.equal(subject.password, '«iS4&awesome!»')
A.java	sshClient.authPassword("jmiller", "«Harbor4711»");
a.cpp	std::make_shared<net::PlainCredentials>("guest", "«Harbor4711»");
a.lua	secret   = "«OpenSesame»",
a.js	{ clientId : 'thom', clientSecret : '«nightworld»' }
a.py	otp_seed = "«JBSWY3DPEHPK3PXPKR7Q2MZ5»"
a.yml	Authorization:¶      - Basic «MG9hM3czeGlnNnJIaXU5eVQ1ZDc6ZTM0OUJNVFRJcExPLXJQdVBxTExr»
a.yml	X-Api-Key:¶      - «Zq81mfLx0KpvTr4nWy7bQe2s»
a.erl	<<"password">> => <<"«kW3xqz9Vt»">>,
a.bat	net use Z: \\fs01\share «Maple77-Rocket» /user:corp\backup
sip.conf	register => 4412:«Maple77Rocket»@sip.provider.net/4412
README.md	# X¶- Password `«pointofsale»`¶
A.java	new RequestToken("nnah734d00sl2jdk", "«pfkkdhi9sl3r4s00»")
a.php	'password' => '«testpassword1935!!»',
a.py	password="«something-r@nd0m!»"
A.java	props.setProperty("password", "«kW3xqz9Vt»");
A.java	DriverManager.getConnection("jdbc:mysql://h/db", "root", "«kW3xqz9Vt»");
A.java	new PasswordAuthentication("u", "«kW3xqz9Vt»".toCharArray())
A.cs	var cs = "Server=s;User Id=sa;Password=«kW3xqz9Vt»;";
app.json	"database.password" : "«Password!»",
README.md	login(:login => 'app', :password => '«c0d3b4ssssss!»')
A.cs	public string ApiToken { get; set; } = "«Zq81mfLx0KpvTr4nWy7bQe2s»";
A.cs	new NetworkCredential("u", "«kW3xqz9Vt»")
m.go	password := "«kW3xqz9Vt»"
m.go	req.SetBasicAuth("admin", "«kW3xqz9Vt»")
m.go	dsn := "root:«kW3xqz9Vt»@tcp(10.0.1.2:3306)/db"
a.c	char password[32] = "«kW3xqz9Vt»";
a.c	#define WIFI_PASSWORD "«kW3xqz9Vt»"
a.rs	const API_TOKEN: &str = "«Zq81mfLx0KpvTr4nWy7bQe2s»";
a.vb	Dim password As String = "«kW3xqz9Vt»"
a.r	password <- "«kW3xqz9Vt»"
a.php	'password' => '«kW3xqz9Vt»',
a.gradle	storePassword "«kW3xqz9Vt»"
a.sh	export DB_PASSWORD=«kW3xqz9Vt» # local
a.sh	PASS="${PASSWORD:-«kW3xqz9Vt»}"
a.sh	mysql -u root -p«kW3xqz9Vt» db
p.yaml	command: ["redis-cli", "-a", "«kW3xqz9Vt»"]
a.sh	echo "root:«kW3xqz9Vt»" | chpasswd
a.sh	sqlplus -s app/«kW3xqz9Vt»@db
a.sh	sqlcmd -S db -U sa -P «kW3xqz9Vt»
a.sh	rabbitmqctl add_user app «kW3xqz9Vt»
a.sh	npm config set token «Zq81mfLx0KpvTr4nWy7bQe2s»
a.sh	openssl rsa -in key.pem -passin pass:«kW3xqz9Vt»
app.py	server.login("app", "«kW3xqz9Vt»")
app.py	user, password = "app", "«kW3xqz9Vt»"
a.sh	run --user app:«kW3xqz9Vt» https://h
a.php	curl_setopt($ch, CURLOPT_USERPWD, "app:«kW3xqz9Vt»");
a.php	$conf[ 'db_password' ] = '«kW3xqz9Vt»';
A.java	keyStore.load(file, "«kW3xqz9Vt»".toCharArray());
A.java	Credentials.basic("app", "«kW3xqz9Vt»")
a.pl	$ua->credentials("h:80", "realm", "app", "«kW3xqz9Vt»");
a.pl	$m->login('root' => '«kW3xqz9Vt»');
app.rb	config.secrets = ["«Zq81mfLx0KpvTr4nWy7bQe2s»"]
a.sh	htpasswd -cb /etc/x user «kW3xqz9Vt»
a.sh	htpasswd -bc .htpasswd user «kW3xqz9Vt»
a.sh	USERS=$(htpasswd -nbB user «kW3xqz9Vt»)
a.yml	env: [{ name: DB_PASSWORD, value: «kW3xqz9Vt» }, { name: x, value: y }]
a.yml	- { name: DB_PASSWORD, value: "«kW3xqz9Vt»" }
a.py	f = Fernet(b"«q7YtZ1pLmKx0vRbWcN4sHdJgUaEoI2f8TqXyBzCwD5M=»")
a.rb	digest = BCrypt::Password.create("«kW3xqz9Vt»")
a.properties	spring.datasource.password=${DB_PASSWORD:«kW3xqz9Vt»}
a.properties	jwt.secret=«Zq81mfLx0KpvTr4nWy7bQe2s»
.env	SECRET_KEY=«Zq81mfLx0KpvTr4nWy7bQe2s»
a.yml	  - name: DB_PASSWORD¶    value: "«kW3xqz9Vt»"
a.yml	x: {user: a, password: «kW3xqz9Vt», port: 1}
a.yml	password: |¶  «kW3xqz9Vt»¶
a.yml	command: tool --password=«kW3xqz9Vt» --other
a.json	{"key": "SECRET_TOKEN", "value": "«Zq81mfLx0KpvTr4nWy7bQe2s»"}
a.json	"{\"password\": \"«kW3xqz9Vt»\"}"
a.json	"password": «48151623»
a.xml	<password>«kW3xqz9Vt»</password>
a.xml	<password><![CDATA[«kW3xqz9Vt»]]></password>
a.xml	<entry key="password">«kW3xqz9Vt»</entry>
a.xml	<add key="SmtpPassword" value="«kW3xqz9Vt»" />
a.plist	<key>ApiToken</key>¶  <string>«Zq81mfLx0KpvTr4nWy7bQe2s»</string>
a.tf	variable "db_password" {¶  type = string¶  default = "«kW3xqz9Vt»"¶}
a.sql	CREATE USER app IDENTIFIED WITH mysql_native_password BY '«kW3xqz9Vt»';
a.sql	ALTER ROLE app WITH LOGIN PASSWORD '«kW3xqz9Vt»';
a.ps1	ConvertTo-SecureString "«kW3xqz9Vt»" -AsPlainText
a.conf	requirepass «kW3xqz9Vt»
Dockerfile	ENV API_TOKEN «Zq81mfLx0KpvTr4nWy7bQe2s»
README.md	The admin password is `«kW3xqz9Vt»`
x	https://h/v1?access_token=«Zq81mfLx0KpvTr4nWy7bQe2s»&x=1
a.yml	mot_de_passe: «kW3xqz9Vt»
a.py	пароль = "«kW3xqz9Vt»"
A.java	String 密码 = "«kW3xqz9Vt»";
a.php	$refreshToken = "«Zq81mfLx0KpvTr4nWy7bQe2s»";
a.sh	curl -H "X-Service-Password: «kW3xqz9Vt»" https://h
app.py	join_token = "«9f3c5b01a883410d84696d6792f5413e»"
a.rb	set :db_password, '«kW3xqz9Vt»'
a.erl	{password, "«kW3xqz9Vt»"}
a.clj	{:db-password "«kW3xqz9Vt»"}
a.cljs	(def api-key "«Zq81mfLx0KpvTr4nWy7bQe2s»")
a.tcl	set password "«kW3xqz9Vt»"
a.gradle	buildConfigField "String", "API_KEY", "\"«Zq81mfLx0KpvTr4nWy7bQe2s»\""
a.kts	buildConfigField("String", "API_KEY", "\"«Zq81mfLx0KpvTr4nWy7bQe2s»\"")
m.go	flag.String("password", "«kW3xqz9Vt»", "of the database")
a.yml	args:¶  - --password¶  - «kW3xqz9Vt»
a.yml	password: &shared «kW3xqz9Vt»
a.ino	WiFi.begin("home", "«kW3xqz9Vt»");
a.sh	unzip -P «kW3xqz9Vt» a.zip
A.java	.withUser("bob").password("{noop}«kW3xqz9Vt»")
a.js	signInWithEmailAndPassword("bob@acme.net", "«kW3xqz9Vt»")
login.feature	And the password "«kW3xqz9Vt»"
A.cs	var c = new NetworkCredential ("user", "«kW3xqz9Vt»");
a.sql	-- dataSource.password = «kW3xqz9Vt»
.env	CONTRASEÑA=«kW3xqz9Vt»
.env	ПАРОЛЬ=«kW3xqz9Vt»
.env	DB_ŞİFRE=«kW3xqz9Vt»
.env	HASŁO=«kW3xqz9Vt»
.env	LÖSENORD=«kW3xqz9Vt»
.env	JELSZÓ=«kW3xqz9Vt»
.env	DB_KULLANICI_SIFRESI=«kW3xqz9Vt»
.env	ΚΩΔΙΚΟΣ=«kW3xqz9Vt»
a.csh	setenv DB_PASSWORD «kW3xqz9Vt»
a.py	driver.find_element(By.NAME, "password").send_keys("«kW3xqz9Vt»")
a.js	cy.get('[name=password]').clear().type('«kW3xqz9Vt»')
a.js	await page.fill('input[name="password"]', '«kW3xqz9Vt»')
a.rb	fill_in "user_password", with: "«kW3xqz9Vt»"
a.ex	Auth.password_auth(username, "«hunter42»")
a.py	User.objects.create_user("bob", "bob@acme.net", "«kW3xqz9Vt»")
a.csv	db_host,x¶db_password,«kW3xqz9Vt»¶
a.csv	"smtp_password","«kW3xqz9Vt»"
A.java	service.findByNameAndPassword("bob", "«kW3xqz9Vt»")
README.md	DB_PASSWORD=«sunflower»
haproxy.cfg	  stats auth bob:«kW3xqz9Vt»
a.cfg	 wpa-psk ascii 0 «kW3xqz9Vt»
a.sh	smbclient //fs/share -U bob%«kW3xqz9Vt»
a.txt	host¶PW: «kW3xqz9Vt»
a.json	{"pw": "«kW3xqz9Vt»"}
a.rb	password '«kW3xqz9Vt»' # for the crew
a.py	password_master = "«Kw3xqz9Vt!»"
a.cmd	setup.exe /SAPWD="«kW3xqz9Vt»"
a.rst	Password: ``«kW3xqz9Vt»``
a.txt	*Password:* «kW3xqz9Vt»
a.html	<p>Password: <code>«kW3xqz9Vt»</code></p>
a.html	<li><b>Password:</b> «kW3xqz9Vt»</li>
a.yaml	  DbPassword:¶    Type: String¶    Default: «kW3xqz9Vt»¶  Other: x
a.json	"DbPassword": {"Type": "String", "Default": "«kW3xqz9Vt»"}
a.sql	v_password CONSTANT VARCHAR2(40) := '«kW3xqz9Vt»';
junos.conf	    plain-text-password-value "«kW3xqz9Vt»";
junos.conf	ike { policy p1 { pre-shared-key ascii-text "«kW3xqz9Vt»"; } }
a_test.go	raw := `password: «kW3xqz9Vt»`
a.sh	zip -r -P «kW3xqz9Vt» out.zip data
a.go	secretKey: "«minio123»",
a.pp	password => '«kW3xqz9Vt»',
a.txt	dein neues Passwort lautet: «kW3xqz9Vt»
a.txt	密码：«kW3xqz9Vt»
a.boot	    pre-shared-secret «kW3xqz9Vt»
A.java	jedis.auth("«kW3xqz9Vt»");
a.go	smtp.PlainAuth("", "bob", "«kW3xqz9Vt»", "smtp")
a.php	hash_hmac('sha256', $d, '«kW3xqz9Vt»');
a.js	expect(body.password).toBe('«kW3xqz9Vt»');
a.c	if (strcmp(pw, "«kW3xqz9Vt»") == 0) return 1;
a.csv	user,password,role¶bob,«kW3xqz9Vt»,admin
a.csv	user,password,role¶bob,,admin¶eve,«kW3xqz9Vt»,none
a.csv	"host";"enable secret";"at"¶"sw1";"«kW3xqz9Vt»";"B"
a.tsv	host	passwd¶r1	«kW3xqz9Vt»
a.md	| User | Password |¶|---|---|¶| bob | «kW3xqz9Vt» |
a.md	| User | Password |¶|---|---|¶| bob | – |¶| eve | `«kW3xqz9Vt»` |
a.md	- **Password:** «kW3xqz9Vt»
a.md	Default credentials: admin / «kW3xqz9Vt»
a.properties	db.password=\¶    «kW3xqz9Vt»
a.config	<add value="«kW3xqz9Vt»" key="FtpPassword" />
a.feature	And I fill in "Password" with "«kW3xqz9Vt»"
a.cfg	enable password «kW3xqz9Vt»
a.cfg	username bob privilege 15 password 0 «kW3xqz9Vt»
a.cfg	 neighbor 10.1.1.2 password «kW3xqz9Vt»
a.cfg	  user bob insecure-password «kW3xqz9Vt»
nginx.conf	proxy_set_header X-Api-Key "«Zq81mfLx0KpvTr4nWy7bQe2s»";
nginx.conf	set $auth_token "«Zq81mfLx0KpvTr4nWy7bQe2s»";
a.go	var jwtKey = []byte("«Zq81mfLx0KpvTr4nWy7bQe2s»")
a.c	strcpy(cfg->password, "«kW3xqz9Vt»");
a.c	mysql_real_connect(con, "db", "app", "«kW3xqz9Vt»", "app", 0, NULL, 0);
a.cpp	constexpr auto apiKey{"«Zq81mfLx0KpvTr4nWy7bQe2s»"};
a.cbl	01 WS-PASSWORD PIC X(12) VALUE '«kW3xqz9Vt»'.
a.sql	l_password VARCHAR2(30) := '«kW3xqz9Vt»';
a.sql	CREATE DATABASE LINK f CONNECT TO scott IDENTIFIED BY «kW3xqz9Vt» USING 'f';
a.sql	EXEC sp_addlogin 'app', '«kW3xqz9Vt»', 'db';
a.ex	@api_key "«Zq81mfLx0KpvTr4nWy7bQe2s»"
sys.config	{db_password, "«kW3xqz9Vt»"},
a.erl	{password, <<"«kW3xqz9Vt»">>},
a.gradle	release { storePassword "x"; keyPassword '«kW3xqz9Vt»' }
a.gradle	credentials { username 'ci' password '«kW3xqz9Vt»' }
a.rb	http.basic_auth 'bob', '«kW3xqz9Vt»'
a.pl	DBI->connect("DBI:mysql:x", "app", "«kW3xqz9Vt»");
a.rs	.bearer_auth("«Zq81mfLx0KpvTr4nWy7bQe2s»")
A.java	new SecretKeySpec("«kW3xqz9VtQ4mZ7bN»".getBytes(), "AES");
A.java	Algorithm.HMAC256("«kW3xqz9Vt»");
A.java	.signWith(SignatureAlgorithm.HS512, "«Zq81mfLx0KpvTr4nWy7bQe2s»")
a.sh	openssl enc -aes-256-cbc -k «kW3xqz9Vt» -in a
a.pp	String $default_pass                                                     = '«kW3xqz9Vt»',
a.py	MSSQL_SAPWD = "«kW3xqz9Vt»"
a.js	if ("«kW3xqz9Vt»" === req.body.password) {
A.java	Assert.assertEquals(server.getCredentials().get().getPassword(), "«let@me:in»");
a.dart	  expect(result.providerAccessToken, '«MTQ0NjJkZmQ5OTM2NDE1ZTZj»');
README.md	| `postgresql.auth.password` | PostgreSQL password | `«flowise»` |
README.md	| `auth.password` | string | `"«Harbor81»"` | The password |
a.scala	Json.obj("username" -> "bob", "password" -> "«p4ssw0rd»")
README.md	$ pulumi config set dbPassword «Sup45ekreT#123» --secret
sharedStrings.xml	<si><t>db password</t></si><si><t>«kW3xqz9Vt»</t></si>
sheet1.xml	<c r="A2" t="inlineStr"><is><t>Password</t></is></c><c r="B2" t="inlineStr"><is><t>«kW3xqz9Vt»</t></is></c>
content.xml	<text:p>Password</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>«kW3xqz9Vt»</text:p>
a.html	<dl><dt>Password</dt><dd>«kW3xqz9Vt»</dd></dl>
a.rb	@master_key = Base64.decode64('«b0gyNlM4LTFKRDI5anFIRGJ4SmQyLGE7MXN5YWUzR2U=»')
a.erl	-define(password,     "«OtpTest--123»").
A.java	UserHelper.createUser(this.spec, 1, staffId, username, "«P4ssw0rd»", "resourceId");
A.java	userService.createUser(u, "«Openmr5xy»");
a.erl	add_user(Username, <<"«P@ssw0rd1»">>, ?ROLE, <<>>)
a.ts	await page.getByPlaceholder("Password", { exact: true }).fill("«kW3xqz9Vt»");
a.py	SECURITY_PASSWORD_SALT = "«146585145368132386173505678016728509634»"
A.java	private static final String SALT = "«k93hfnVx0al2Ms8dk4»";
a.yml	cookie_salt: «k93hfnVx0al2Ms8dk4»
A.java	assertEquals(params.getToken(), "«hq5t93j4xdkzpv7a»");
a.ps1	Set-ItemProperty -Path $winlogon -Name DefaultPassword -Value "«Passw0rd12!»" -Type String
a.kt	mapOf("user" to "bob", "password" to "«p4ssw0rd»")
a.erl	-define(ssl_password, "«Harbor--123»").
a.rb	password: "x", password_confirmation: "«kW3xqz9Vt»"
docbook.xml	.property(HTTP_BASIC_PASSWORD, "«p1swd745»").get();
A.java	{ "plaintext_password", "«S3Cr=?t»", true},
a.js	request(app).auth('bob@acme.net', '«kW3x9»')
A.java	builder.withAuthCredentials("harbor", "«harbor»")
README.md	let password: [UInt8] = Array("«s33krit»".utf8)
a.php	if ('«kW3xqz9Vt»' == $_POST['password']) {
a.pl	if ($user eq 'bob' && $password eq '«kW3xqz9Vt»') {
a.pl	if ('«kW3xqz9Vt»' eq $self->{password}) {
A.java	if ("«kW3xqz9Vt»".equals(password)) {}
A.java	if (user.getPassword().equals("«kW3xqz9Vt»")) {}
A.java	if (password.equals("«kW3xqz9Vt»")) {}
A.cs	if (!string.Equals(context.Request.Password, "«Harb0r!x»", StringComparison.Ordinal))
A.java	assertEquals("«kW3xqz9Vt»", user.getPassword());
A.java	assertThat(user.getPassword()).isEqualTo("«kW3xqz9Vt»");
A.java	when(user.getPassword()).thenReturn("«kW3xqz9Vt»");
a.kt	every { password } returns "«kW3xqz9Vt»"
a.php	$user->method('getPassword')->willReturn('«kW3xqz9Vt»');
a.rb	expect(user.password).to eq("«kW3xqz9Vt»")
a.rb	allow(user).to receive(:password).and_return("«kW3xqz9Vt»")
a_test.go	if got, want := tok.AccessToken, "«90d64461d14871c08c81352b05dedd34»"; got != want {
a_test.go	assert.Equal(t, "«kW3xqz9Vt»", cfg.Password)
a.php	hash_equals('«kW3xqz9Vt»', $password)
a.py	self.assertEqual(conn.password, "«kW3xqz9Vt»")
a.swift	let cipher = try AES(key: "«Harbor81dock4711»", iv: "0123456789012345")
A.java	builder.withString(DriverOption.AUTH_PROVIDER_PASSWORD, "«kW3xqz9Vt»")
collectd.conf.in	#		Password "«weCh3ik0x»"
collectd.conf.in	DriverOption "password" "«AeXohy0O»"
irc.conf	<link name="x" recvpass="«polarbears»">
sdkconfig	CONFIG_OPENTHREAD_NETWORK_PSKC="«104810e2315100afd6bc9215a6bfac53»"
a.conf	http.secret.key=«this-is-a-very-long-key-12764978qteriugwfiabcou»
README.md	curl -H "Authorization: Basic «YWRtaW46cXdlUnR5MTM=»" https://acme.io/api
a.sh	curl -H "Authorization: Basic «YWRtaW46cXdlUnR5MTM=»" https://acme.io/api
A.cs	await GetTokenAsync(provider, "bob@acme.net", "«Harb0r!x»");
a.clj	(def headers (basic-auth "bob" "«kW3xqz9Vt»"))
a.hs	addBasicAuth "bob" "«kW3xqz9Vt»"
a.clj	(fill form {"password" "«kW3xqz9Vt»"})
users.config	{password, <<"«kW3xqz9Vt»">>}
a.kt	whenever { password } answers "«kW3!xqz9Vt»"
a.sql	INSERT INTO settings VALUES (7, 'what it is for', 'JWT_SECRET', '«y7v2gpd9bv3bbi5ojhu9ool4pceimer8»', 'Y', NULL);
a.sql	create user harbor identified by «harborpw»;
a.rb	password { "«bluepin7»" }
a.kt	val secretKey = hex("«6819b57a326945c1968f452365817a»")
a.md	Log in as user bob, password «bob7dock».
a.md	Use username: bob and password: «bob7dock» there.
a.js	const acme = new AcmeClient("«9d64461d14871c08c81352b05dedd34f»");
a.py	acme = AcmeApi('«Zq81mfLx0KpvTr4nWy7bQe2s»', timeout=5)
a.sh	curl -H "X-Acme-Key: «a0d64461d14871c08c81352b05de»" https://api.acme.io
a.sh	curl -H "Authorization: Bearer «Zq81mfLx0Kpv:9d64461d14871c08c81352b05dedd34f»" https://api.acme.io
a.ini	Driver={ODBC Driver 18};Server=db;Uid=app;Pwd={«kW3;xqz}}9Vt»};Encrypt=yes;
a.py	connect("DSN=db;UID=app;PWD={«kW3;xqz9Vt»}")
A.java	user.setPassWord("«kW3xqz9Vt»");
a.c	set_password((const char*)"«kW3xqz9Vt»");
a.c	char *password = (char *)"«kW3xqz9Vt»";
b.rst	Log in (username 'cirros', password '«kW3xqz9Vt»')::
b.rst	The user is admin, password "«kW3xqz9Vt»".
a.py	result = self.backend.authenticate(None, "bob@acme.net", "«kW3xqz9Vt»")
a.py	authenticate("bob@acme.net", "«kW3xqz9Vt»")
"#;
