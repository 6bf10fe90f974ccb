# The service account itself, and no other, may read one repository of images. There is no key and no account to impersonate.
resource "google_artifact_registry_repository_iam_member" "pull" {
  project    = "acme-images"
  location   = "europe-west3"
  repository = "images"
  role       = "roles/artifactregistry.reader"
  member     = "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/acme-clusters.svc.id.goog/subject/ns/unkeyed/sa/unkeyed"
}
