# terraform-google-modules/project-factory/google.
variable "project_id" { default = "" }
variable "create_project_sa" { default = true }
variable "project_sa_name" { default = "project-service-account" }
variable "sa_role" { default = "" }
variable "random_project_id" { default = false }
locals {
  id = var.random_project_id ? google_project.main.project_id : (var.project_id == "" ? var.name : var.project_id)
}
resource "google_project" "main" {
  name = var.name
}
resource "google_service_account" "default_service_account" {
  count      = var.create_project_sa ? 1 : 0
  project    = local.id
  account_id = var.project_sa_name
}
resource "google_project_iam_member" "default_service_account_membership" {
  count   = var.sa_role != "" && var.create_project_sa ? 1 : 0
  project = local.id
  role    = var.sa_role
  member  = "serviceAccount:${var.project_sa_name}@${local.id}.iam.gserviceaccount.com"
}
