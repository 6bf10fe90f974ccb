# terraform-aws-modules/iam/aws//modules/iam-assumable-role-with-saml (up to version 5).
variable "role_name" { default = null }
variable "provider_id" { default = "" }
variable "provider_ids" { default = [] }
variable "aws_saml_endpoint" { default = "https://signin.aws.amazon.com/saml" }
variable "trusted_role_actions" { default = ["sts:AssumeRoleWithSAML", "sts:TagSession"] }
variable "role_policy_arns" { default = [] }
variable "max_session_duration" { default = 3600 }
variable "role_permissions_boundary_arn" { default = "" }
resource "aws_iam_role" "this" {
  name                 = var.role_name
  max_session_duration = var.max_session_duration
  permissions_boundary = var.role_permissions_boundary_arn
  assume_role_policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Action    = var.trusted_role_actions
      Principal = { Federated = compact(concat(var.provider_ids, [var.provider_id])) }
      Condition = { StringEquals = { "SAML:aud" = var.aws_saml_endpoint } }
    }]
  })
}
resource "aws_iam_role_policy_attachment" "this" {
  for_each   = toset(var.role_policy_arns)
  role       = aws_iam_role.this.name
  policy_arn = each.value
}
output "iam_role_name" { value = aws_iam_role.this.name }
output "iam_role_arn" { value = aws_iam_role.this.arn }
