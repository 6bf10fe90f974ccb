# terraform-google-modules/service-accounts/google//modules/simple-sa.
variable "project_roles" { default = [] }
resource "google_service_account" "sa" {
  project    = var.project_id
  account_id = var.name
}
resource "google_project_iam_member" "roles" {
  for_each = toset(var.project_roles)
  project  = var.project_id
  role     = each.value
  member   = "serviceAccount:${var.name}@${var.project_id}.iam.gserviceaccount.com"
}
