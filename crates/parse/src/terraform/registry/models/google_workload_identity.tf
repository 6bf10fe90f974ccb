# terraform-google-modules/kubernetes-engine/google//modules/workload-identity.
variable "namespace" { default = "default" }
variable "gcp_sa_name" { default = null }
variable "k8s_sa_name" { default = null }
variable "roles" { default = [] }
variable "additional_projects" { default = {} }
locals {
  email = "${coalesce(var.gcp_sa_name, var.name)}@${var.project_id}.iam.gserviceaccount.com"
  extra = flatten([for project, roles in var.additional_projects : [for role in roles : { project = project, role = role }]])
}
resource "google_service_account_iam_member" "main" {
  service_account_id = local.email
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.project_id}.svc.id.goog[${var.namespace}/${coalesce(var.k8s_sa_name, var.name)}]"
}
resource "google_project_iam_member" "own" {
  for_each = toset(var.roles)
  project  = var.project_id
  role     = each.value
  member   = "serviceAccount:${local.email}"
}
resource "google_project_iam_member" "other" {
  for_each = { for one in local.extra : "${one.project}/${one.role}" => one }
  project  = each.value.project
  role     = each.value.role
  member   = "serviceAccount:${local.email}"
}
