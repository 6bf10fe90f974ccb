# terraform-google-modules/service-accounts/google. A role is written PROJECT=>ROLE.
variable "prefix" { default = "" }
variable "project_roles" { default = [] }
variable "generate_keys" { default = false }
resource "google_service_account" "account" {
  for_each   = toset(var.names)
  project    = var.project_id
  account_id = "${var.prefix == "" ? "" : "${var.prefix}-"}${lower(each.value)}"
}
resource "google_project_iam_member" "role" {
  for_each = { for pair in setproduct(var.names, var.project_roles) : "${pair[0]}/${pair[1]}" => { name = pair[0], parts = split("=>", pair[1]) } }
  project  = each.value.parts[0] == "" ? var.project_id : each.value.parts[0]
  role     = element(each.value.parts, 1)
  member   = "serviceAccount:${var.prefix == "" ? "" : "${var.prefix}-"}${lower(each.value.name)}@${var.project_id}.iam.gserviceaccount.com"
}
resource "google_service_account_key" "key" {
  for_each           = toset(var.generate_keys ? var.names : [])
  service_account_id = "${var.prefix == "" ? "" : "${var.prefix}-"}${lower(each.value)}@${var.project_id}.iam.gserviceaccount.com"
}
