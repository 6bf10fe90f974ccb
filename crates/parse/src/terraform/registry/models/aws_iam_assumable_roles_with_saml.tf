# terraform-aws-modules/iam/aws//modules/iam-assumable-roles-with-saml (up to version 5).
variable "provider_id" { default = "" }
variable "provider_ids" { default = [] }
variable "aws_saml_endpoint" { default = "https://signin.aws.amazon.com/saml" }
variable "trusted_role_actions" { default = ["sts:AssumeRoleWithSAML", "sts:TagSession"] }
variable "create_admin_role" { default = false }
variable "create_poweruser_role" { default = false }
variable "create_readonly_role" { default = false }
variable "admin_role_name" { default = "admin" }
variable "poweruser_role_name" { default = "poweruser" }
variable "readonly_role_name" { default = "readonly" }
variable "admin_role_policy_arns" { default = ["arn:aws:iam::aws:policy/AdministratorAccess"] }
variable "poweruser_role_policy_arns" { default = ["arn:aws:iam::aws:policy/PowerUserAccess"] }
variable "readonly_role_policy_arns" { default = ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }
variable "max_session_duration" { default = 3600 }
locals {
  roles = merge(
    var.create_admin_role ? { admin = { name = var.admin_role_name, policies = var.admin_role_policy_arns } } : {},
    var.create_poweruser_role ? { poweruser = { name = var.poweruser_role_name, policies = var.poweruser_role_policy_arns } } : {},
    var.create_readonly_role ? { readonly = { name = var.readonly_role_name, policies = var.readonly_role_policy_arns } } : {},
  )
}
resource "aws_iam_role" "this" {
  for_each             = local.roles
  name                 = each.value.name
  max_session_duration = var.max_session_duration
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
  for_each   = { for pair in flatten([for key, role in local.roles : [for policy in role.policies : { role = role.name, policy = policy }]]) : "${pair.role}/${pair.policy}" => pair }
  role       = each.value.role
  policy_arn = each.value.policy
}
