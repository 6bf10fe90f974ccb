//! Lines without a credential.

/// One place a line that holds no credential.
pub(super) const NONE: &str = r###"
labels.json	{"jwt": {"Issuer": "x"}, "Labels": {"Key": "AcmeOrdersSigning2024!"}}
A.java	public static final String NODE_ATTR_PASS_ENV = "ssh-send-env";
A.java	public static final String PASSWORD_ENV_VAR = "RD_SEND_ENV";
config.yml	apiTokenEnvVar: rd-send-token
app.py	password = get_password("prompt1")
app.py	password = hunter2
A.java	if ("password".equals(type)) {}
A.java	if ("kW3xqz9Vt".equals(name)) {}
A.java	assertEquals("bob2024", user.getName());
A.java	when(user.getName()).thenReturn("kW3xqz9Vt");
a.js	if ("kW3xqz9Vt" === passwordField) {
a.php	if ('text' == $type && $password) {
a.go	if got, want := tok.Type, "Bearer2025"; got != want {
a.go	if want := "Basic Q0xJRU5UX0lEOkNMSUVOVF9TRUNSRVQ="; auth != want {
a.c	if (!strncmp(p_pass1, "a=rtpmap:", 9)) {
a.swift	let row = Row(key: "harbor0key000000", value: "1")
A.java	map.get(Names.DB_PASSWORD, "sunflower")
a.conf	password="qQmv3LcF$Qh63wzmtUqWp9OXnLwe7yv1GcBwHpq59k2a0UrY8xe0"
a.toml	minisign_key = 'RWQk7Hn2Bv5cX1ZaLq9Wm4Te8RyUi3Op6SdFgHjKlZxCvBnM0QwErTyU'
a.json	"secret": "string0",
a.md	| `auth.existingSecretPasswordKey` | Key of the secret with the password | `password` |
a.md	| `password` | string | `""` | The password |
a.js	passwordConfirmation: 'Confirm your password'
a.scala	case "password" -> handler
sharedStrings.xml	<si><t>user</t></si><si><t>password</t></si><si><t>role</t></si>
A.java	log.info("user {} logged in as {}", username, "Role2Admin.x");
A.java	createUser("bob@acme.net", "Bob2");
a.py	log(username, "https://acme.net/A1")
a.json	{"passwordSalt": "k93hfnVx0al2Ms8dk4", "passwordHash": "9f3c5b01a883410d84696d6792f5413e"}
a.py	salt = "k93hfnVx0al2Ms8dk4"
a.py	HASH_SALT = os.urandom(16)
a.php	'password' => array('flags'=>WS_PARAM_OPTIONAL),
a.html	<input type="hidden" name="captcha_token" value="91b9287a23bc9aed53afe525b8769230" />
ltmain.sh	if test "$linkmode,$pass" = "prog,link"; then
a.asc	gpg: using RSA key B4E3D89580A53FA473246D5B481A44A0F4552B47
a.sql	('Reset password', 'user:password:reset2'),
a.conf	url_password = edit.php?table=adminpassword
a.lang	0xe11,Bad Password: [%s]%s/%d
a.yml	APP_KEY: SomeRandomStringOf32CharsExactly
a.java	ctx.setAttribute("password", quoted.getBytes("UTF-16LE"));
app.py	token = request.headers["x"]
app.py	password_field = "input2Zq81mf"
app.py	url = "https://h/?token=" + token
app.py	raise Error("Password is invalid1")
app.py	assert path_for("password", "varchar2(30)")
app.py	PGPASSWORD = payload.decode("UTF-8")
app.js	password: Yup.string().min(8)
app.js	const TOKEN_KEY = "access_token";
app.js	{password: 'required|min:8'}
app.js	api_key = "0x79d7511382b5dFd1185F6AF268923D3F9FC31B53"
app.js	publishableKey: "pk_7H5GkZJ4ktV38eZxKDItVMZZvluUhORE"
app.rs	t.pass("tests/ui/multi_line.rs");
app.rs	/// The object identified by `current`.
app.ts	password: string;
.env	PWD=/srv/app/current
a.md	the pwd is closures/book_1_first/edition/ of course
CoreList.pm	'Test2::Event::Pass' => '1.302183',
etc/nsswitch.conf	passwd: files systemd
a.sh	dir=$(cd "$dir" && pwd) || exit
app.js	y = x ? "password" : "kW3xqz9Vt"
app.js	switch (t) { case "password": "kW3xqz9Vt" }
app.js	list.push_key("kW3xqz9VtqX2")
app.js	api_key: "0x1cc80634"
app.py	f(g("password"), "sunflower")
app.py	password = "10.20.30.40"
app.py	keyring.set_password("acme:core.db1", USERNAME, PASSWORD)
app.py	keyring.set_password("acme:core.db1", "ops1", token)
app.py	changePassword("old", "newer")
a.c	uint8_t secret_key[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
a.c	uint8_t api_key[16] = { 0 };
a.c	secret_key = table[16];
a.py	secret = "undefined"
a.php	'webhook_secret' => [ 'description' => 'x' ],
a.erl	    #{<<"password">> := ?SENSITIVE_PASSWORD}} ->
a.groovy	usernamePassword('USERNAME', 'jarsign-keystore1')
a.py	get_password("astroquery:{0}".format(url), username)
a.md	  password: auth[1],
a.js	await sasl.go(session, 'password', 'r=ab,s=abcd,i=999999')
a.rb	sql("ALTER ROLE test ENCRYPTED PASSWORD 'md5b6f7fcbbabb4befde4588a26c1cfd2fa'")
a.rb	it { is_expected.to contain_postgresql__server__passwd('test1') }
app.module.css.json	"passwordInput": "Login_passwordInput__iu4Gx",
app.js	body: { username: 'foobar', password: '\r\n' },
app.py	{'username': 'anonymous', "password": 'anonymous@'}
a.sh	run --user="kubesudo:$namespace:$service_account"
x.xml	<authorize password="319f4d26e3c536b5dd871bb2c52e3178" encoding="md5">
a.groovy	scmPasswordEnvVar 'MY_PASSWORD_ENV'
a.md	mongodb+srv://<user>:<password>@cluster0.x.net/?w=1¶¶</details>
localization/cy_GB/labels.inc	$labels['password'] = 'Cyfrinair';
a.bat	net use Z: \\fs01\share /user:corp\backup *
app.py	DB_SECRET = "kW3xqz_???"
app.json	"encrypted_key": "Zq81mfLx0KpvTr4nWy7bQe2s"
app.json	"product_key": "Z14Z0104T_z14z0104t_ulf.fits",
app.cpp	case WIFI_WPA2_PSK: sec = "WPA2/PSK"; break;
users.json	{"password": "4a1750c8607dfa237de36c6305715c2234151890", "salt": "c788c6ad82a157b712"}
users.json	{"salt": "Ezuo4G1TqYtTQDL/", "password": "Rko31yHY12ryMoyZTBNIUsCPb5SDa4WmUP3Xe2+V6P+QOSW3Gj6IDmpl6zQsAjutb476zEYdBeTw9tU7WZ1new=="}
x.conf	InterceptFormPassword login[password]
app.py	connect("mysql://invalid:invalid@10.1.2.3/x")
app.py	password = "kW3XXXXX9Vt"
app.py	SET password = '9b74c9897bac770ffc029102a200c5de'
app.rs	/// The program identified by 'sequence1' and so on
a.rake	where.not(password: [nil, ''])
a.rb	update(encrypted_password: "kW3xqz9Vt")
a.php	$dsn = "host={$h};password={$pass1}";
a.php	$dsn = "host={$c['h']};password={$c['pass1']}";
package.json	"@acme/password": "^4.0.2",
README.md	Is it one-pass or not1x?
README.md	Pass :advanced1 => true
README.md	When you pass `-Zmir-opt4` to it, nothing is stored.
a.json	"Set it if the password is declared\n+optional"
README.md	Pass `splitdebug7=off` to rustc.
README.md	| Password | string, at least 8 |
x	next=http://app.acme.com:9003@other.com
a.sh	docker run -v $(pwd):/app x
a.sh	docker run --user 1000:1000 x
app.rb	max_tokens = 4096000
app.rb	keys = ["name1", "created_at2"]
A.java	char[] digits = "0a1b2c3d4e5f".toCharArray();
a.sh	PASSWORD=$(pass show db)
a.sh	curl -u "${U}:${P}" https://h
a.yml	password: *anchor
a.yml	checksum/secret: 9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de
a.json	{"figma_file_key": "Ghnd7RVRXFBJOI5sCDygs4"}
.env	RECAPTCHA_SITE_KEY=6L6tZg1v6tnOLD5pIrRzgiQXbhGLbitAhCrNipR0
a.yml	token: ${{ secrets.TOKEN2 }}
locales/de.json	"password": "Kennwort2"
messages_fr.properties	login.password=Mot de passe1
package-lock.json	"secret": "Zq81mfLx0KpvTr4nWy7bQe2s"
a.xml	<xs:element name="password" type="xs:string"/>
a.xml	<label>Password</label>
a.md	[![cov](https://codecov.io/gh/a/b/badge.svg?token=3KA3R2D9fV)](https://codecov.io)
a.md	the password is required
x	sha256:9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de
x	auth_sha256 = "9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de"
x	https://{user}:{password}@host
x	https://acme.example:8443/@scope/pkg
conf/locale/locale_de.ini	forgot_password=Passwort vergessen2
app.ini	forgot_password=Passwort vergessen?
app.ini	old_password=Бывший пароль
app.ini	hint_password=新しいパスワードを再入力します
app.css	.user.secret:before{content:"\f21bx"} input[type=password]:focus2{outline:none}
app.tsx	<Label htmlFor="password">{t("auth.password1")}</Label>
app.html	<label for="password">Kennwort1 eingeben</label>
nginx.conf	ssl_ciphers "HIGH:!aNULL:!PSK:!RC4x";
x	arn:aws:secretsmanager:eu-central-1:1:secret:[a-z]+$x1
app.conf	# its key is read from by using ssl_key_password = path.
Vagrantfile	my_privatekey = File.read(File.join(folder, "key1"))
a.html.erb	:secret => @agent.options['secret1']
a.sh	X_PASSWORD=${A_PASSWORD:-${PASSWORD:-$PASSWORD2}}
a.sh	X_PASSWORD=Pwd$RANDOM
a.sh	[ "$password" = "$password2" ] && break
a.conf	password = %{ldap:userPassword1}
a.rb	run("SEED_PASSWORD=#{Shellwords.escape Shellwords.escape(x1)}")
a.json	"token": "a1b2c3d4..."
a.json	"adminPassword": "[parameters('administratorPassword1')]"
a.graphqls	login(password: String!, email: String!): Payload1
a.php	* @param array{name: string, password: ?string} $x1
a.phar	$consumerKey = trim($this->ask1(x));
a.ps1	$privateKey = IntPtr1.Zero
a.ps1	Invoke-Sqlcmd -Username $c.UserName -Password $c.Password1
a.php	$this->loginService->login($user, 'saml2');
a.html	opaquelocktoken:fe184f2e-6eec-41d0-c765-01adc56e6bb4
a.py	("Authorization", "Basic Og==")
a.php	$rfc2045Token = '/^[\x21\x23-\x27]+$/D1';
a.sh	apt-key adv --recv-keys 58118E89F3A912897C070ADBF76221572C52609D
app.js	if(t=="text"||t=="password"||tag=="textarea1"){
app.css.map	input[type="password"]:focus2, input[type="search"]:focus2
app.vue	<x :password="includes1(col.key+row.id)"/>
app.go	// Include any credential, for example `password` or `oidc1`, in it.
app.json	"methods": ["password", "totp"]
app.json	"page": "?page=1\u0026page_token=eyJvZmZzZXQiOiI1MCIsInYiOjJ9"
app.yml	password: "#/components/schemas/updateFlowMethod"
app.yml	DB_PASSWORD: "postgres://app_user:changeme@db/app_db"
app.yml	password: "{{ pw1|password_hash('sha512') }}"
app.php	'Password' => 'Illuminate\Support\Facades\Password1',
app.cs	sb.Password = "##PASSWORD##"; other.Password = "(YOUR_PASSWORD)"
app.toml	no-literal-password = { enabled = false1 }
tox.ini	registry_password={env:DOCKER_HUB_PASSWORD}
run.cmd	set pwd=Passwd1__%random%
run.sh	curl --user "admin:$(get_jenkins_password1)"
src/locales/hu.json	"create_token": "Token l\u00e9trehoz\u00e1sa"
sudoers	%admin ALL = (root) NOPASSWD: NGINX_STATUS1
app.yml	admin_password: '{{ input_password1
run.sh	/bin/systemctl --no-ask-password daemon-reload1
app.yml	value_password: '[crypt(3) hash]'
app.fact	x['password'] = unwrap_quotes(line)
app.py	'use_password': 'allauth.account.forms.ChangePasswordForm'
run.sh	if ! [[ $(basename "$PWD") == "postgres-operator1" ]]; then
app.rst	the examples below pass ``protocol=3`` explicitly
app.toml	# token = "eyJhbGc...Qssw5c"
app.md	`postgresql://[user[:password]@][netloc][:port]`
app.yml	gitlab_apt_key: 'F6403F6544A38863DAA0B6E03F01618A51312F3F'
app.php	'password' => 'nullable',
app.php	'DB_PASSWORD="'.config('database1').'"';
app.js	password:"E-Mail-Kennwort"
app.js	password:"Heslo"
app.xml	f(password=$password$,trigger=$trigger1$)
strings.txt	the username or password is wrong?
a.java	the password: Database password (optional)
a.ino	const char* password = STAPSK1;
a.sh	htpasswd -nbB user $PASSWORD
a.yml	- { name: DB_PASSWORD, required: true }
a.cs	var cacheKey = $"change-password:{service.MapDomain(domain)}";
a.go	UserGetPassword      `json:",omitempty1"`
a.sh	# set DB_PASSWORD equal to x1
a.cs	//   Non-secret:   Certificates:0:Enabled = false
a.md	pass `--dry-run1` to see
a.json	"resumeToken": "7286902ec44cc98e95f33079f95e5246bcfbdb923b3f9583c26d3ef9e00f4e0a"
a.md	Sec-WebSocket-Key: kT1QL1QqMdQ8jH2MY9pLkA==
a.yml	signingKey: 8DFFCD771C4B85F8
values.yml	tlsSecret: registry-7.domain2-tls
app.yml	Pass Params1:
de-AT.json	"apiKey": "Schluesselwort1"
a.erl	handle({password, "sunflower", x})
a.rb	validates :password, "sunflower", on: :create
a.json	"value": "[concat('Server=tcp:x,1433;User ID=',parameters('u'),';Password=',parameters('sqlPassword1'),';Encrypt=True')]"
a.go	authorize(request, "admin")
a.rb	# `password=(new_password)`. For an example of it
a.yaml	- inputText: ${PASSWORD || output.created1.password}
a.ps1	"adminPassword" = [System.Security.SecureString](Read-Host1 x)
a.exp	set passphrase $env(PASSPHRASE1)
a.csv	password,created_at
a.csv	name,password,key2
a.js	get("password").should("be.visible1")
a.rb	password = '*6C8989366EAF75BB670AD8EA7A7FC1176A95CEF4'
a.groovy	def password = '$shiro1$SHA-256$500000$qvBT48YD2nz+w6FishMD+w==$KmYfTMAM5/iseXAux1GCZg5qz03qlweI05alDmzBFxU='
rfc.txt	password        = 1*255TCHAR9
a.rs	// SaltedPassword := Hi(Normalize(password), salt, i)
a.java	{"--debug", "--password", "--pnoconfirm1"}
a.js	"use the --password option and then type it in"
a.pp	password => Sensitive($root_pw1)
a.pp	command => "mysqladmin -u root --password=\$(grep -o x1 /.mysql_secret)"
functions	${ROOT_PASSWORD:+ROOT_PASSWORD=$ROOT_PASSWORD2}
README.md	[`mysql_password`](#mysql_password): 4.xの関数'mysql::password'のラッパーとして、
app.js	f("x),le.password=le.auth.slice(Z+1),le.password=encodeURIComponent(le.password)
app.yml	DB_KEY_BASE: "long-and-random-alphanumeric-string"
app.js	applicationServerKey: "BGqncfDDtOPD12TIsx9bHdUJ8NY14wB4PrF2V9r2mA-Bo5_crJ3rCkUkWEiy3rqn86Eey1j1wUnuAX4L0uaftB_"
a.html	<script data-cf-beacon='{"token": "61cbe701b135241b57281ae885b6b52c"}'></script>
app.yml	password: "geheim_hier_eintragen"
app.yml	password: "zmień_mnie"
a.sql	SELECT password FROM users WHERE login = 'admin';
a.unlang	control.Password.PBKDF2 := 'HMACSHA1:AAAD6A:Xw1P133xrwk=:dtQBXQRiR/No5A8Ip3JFGF/qUC0='
a.c	int pw = getpw(uid);
a.cs	this.lblPassword.Text = "&Password:";
A.java	"jdbc:mariadb:///%s?user=%s&password=%s%s",
a.pp	tlscipherpsk13 => $tlscipherpsk13,
a.rb	tlscipherpsk: 'kECDHEPSK+AES128:kPSK+AES128',
a.html	<label>Password:</label> <input type="password">
a.yaml	  DbPassword:¶    Type: String¶  Other:¶    Default: kW3xqz9Vt
a.json	"password": {"type": "string"}, "name": {"default": "kW3xqz9Vt"}
a.js	`Enter the password: there`
a.unknown	pass "Removed directory $dir";
a.md	| Secret | What |¶|---|---|¶| `SUBNET_ID_1` | First |
a.go	//oidChallengePassword  = asn1.ObjectIdentifier{1, 2, 840}
a.js	"https://api.mapbox.com/v4/a.json?access_token=pk.eyJ1IjoibWFwYm94IiwiYSI6ImNpejY4NXVycTA2emYycXBndHRqcmZ3N3gifQ"
a.md	密码：请输入新密码
a.js	expect(errors.password).toBe('Password is required');
a.c	if (strcmp(key, "password") == 0) return 1;
a.js	client.auth("oauth2");
a.c	    *out_pw = g_strdup (new_pw);
a.csv	column,password policy¶x,kW3xqz9Vt
a.csv	bob@h.net,password,x¶x,kW3xqz9Vt,y
a.csv	token,pos¶hello,INTJ¶there,ADV
a.md	| Option | Password policy |¶|---|---|¶| x | kW3xqz9Vt |
a.md	| `password` | kind |¶| x | kW3xqz9Vt |
a.properties	db.password=\¶    ${secret.password}
core/Resources_zh.properties	dialog_password = \u5BC6\u7801\u5BC6\u7801\u5BC6\u7801
a.cs	"overlay_qsv=eof_action=pass:repeatlast=0{0}"
a.cs	var hwScaleFilterFirstPass = "vpp_rkrga=format=bgra:afbc=1";
a.js	password: "a.type=='password'",
a.c	{"[--child <name>] [--drop] [--pass] [--raw|--pretty]"},
a.ps1	New-Login -SecurePassword $script:testLoginPassword -Force
a.rsp	sysPassword=###ORACLE_PWD###
a.sh	PRETTY_PASS="\e[32m✔ \e[0m"
a.rb	put  "password" => "profiles#change_password"
a.yml	run: git push https://${{secrets.DOC_KEY}}:x-oauth-basic@github.com/a/b.git
a.html	<input name="csrfmiddlewaretoken" value="Zq81mfLx0KpvTr4nWy7bQe2s">
a.rb	encoded_token.encoded_payload = "eyJwYXkiOiJsb2FkIn0"
a.cfg	crypto key generate rsa modulus 2048
a.cfg	please enter the password twice
a.sql	create user &owner identified by "&owner_password1" default tablespace users;
a.ts	const token = sign(payload, secret, "HS256WithSomething", "PBKDF2WithHmacSHA256");
a.py	log.info(secret, "Oauth2ClientCredentials")
a.java	cell(password, "d290f1ee-6c54-4b01-90e6-d701748f0851")
a.js	ask(password ? "Passw0rdField1" : "User7Field2")
a.sls	{%- set mysql_pass = salt['pillar.get']('mysql:server:root_password', salt['grains.get']('id')) %}
a.php	$ok = validatePassword('password', 'd95e8fa7f20a009372eb3477473fcd34:1c');
a.sql	plan of the user (identified by operation id)
a.js	const http = new HttpClient("https://api.acme.io/v1/orders/2024");
a.cs	new TelemetryClient("d290f1ee-6c54-4b01-90e6-d701748f0851");
a.sh	curl -H "Idempotency-Key: d290f1ee-6c54-4b01-90e6-d701748f0851" https://api.acme.io
a.js	x=1;pwd={a:"b"};
a.ini	Driver={ODBC Driver 18};Server=db;Uid=app;Pwd={${PASSWORD}};Encrypt=yes;
a.py	headers={'X-Line-Retry-Key': '123e4567-e89b-12d3-a456-426614174000'}
a.ex	plug Plug.Parsers, parsers: [:urlencoded], pass: ["text/*", "application/json"]
a.py	@parametrize(("username", "password", "message"), rows)
a.js	const keys = tab ? ['username', 'password'] : ['mobile', 'captcha']
a.properties	spring.datasource.password=exxx
a.rb	config[:password] = "bogus"
a.js	check('password', 'Sha256WithRsaEncryption');
a.py	cs = f"DSN=x;UID={cfg.user};PWD={cfg['ledger_pw1']}"
a.json	{"ssh": {"key": "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBKDf2aIazytke/Kp8Kf64XvvX8xZsCsZCOIaqgPz+S847BawHkFs9MBx"}}
a.yml	password: MyString
a.py	authenticate(request, "Negotiate", scheme)
a.R	expect_equal(jwt_base64(jwt_header()), "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9")
"###;
