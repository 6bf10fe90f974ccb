# terraform-google-modules/iam/google//modules/member_iam.
variable "prefix" { default = "serviceAccount" }
resource "google_project_iam_member" "member" {
  for_each = toset(var.project_roles)
  project  = var.project_id
  role     = each.value
  member   = "${var.prefix}:${var.service_account_address}"
}
