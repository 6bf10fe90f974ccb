# terraform-aws-modules/iam/aws//modules/iam-assumable-role (up to version 5).
variable "role_name" { default = null }
variable "trusted_role_actions" { default = ["sts:AssumeRole", "sts:TagSession"] }
variable "trusted_role_arns" { default = [] }
variable "trusted_role_services" { default = [] }
variable "role_sts_externalid" { default = [] }
variable "role_requires_mfa" { default = true }
variable "trust_policy_conditions" { default = [] }
variable "custom_role_trust_policy" { default = "" }
variable "max_session_duration" { default = 3600 }
variable "role_permissions_boundary_arn" { default = "" }
variable "custom_role_policy_arns" { default = [] }
variable "attach_admin_policy" { default = false }
variable "admin_role_policy_arn" { default = "arn:aws:iam::aws:policy/AdministratorAccess" }
variable "attach_poweruser_policy" { default = false }
variable "poweruser_role_policy_arn" { default = "arn:aws:iam::aws:policy/PowerUserAccess" }
variable "attach_readonly_policy" { default = false }
variable "readonly_role_policy_arn" { default = "arn:aws:iam::aws:policy/ReadOnlyAccess" }
data "aws_iam_policy_document" "trust" {
  statement {
    actions = var.trusted_role_actions
    dynamic "principals" {
      for_each = { for kind, ids in { AWS = var.trusted_role_arns, Service = var.trusted_role_services } : kind => ids if length(ids) > 0 }
      content {
        type        = principals.key
        identifiers = principals.value
      }
    }
    dynamic "condition" {
      for_each = length(flatten([var.role_sts_externalid])) > 0 ? [flatten([var.role_sts_externalid])] : []
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = condition.value
      }
    }
    dynamic "condition" {
      for_each = var.role_requires_mfa ? ["true"] : []
      content {
        test     = "Bool"
        variable = "aws:MultiFactorAuthPresent"
        values   = [condition.value]
      }
    }
    dynamic "condition" {
      for_each = var.trust_policy_conditions
      content {
        test     = condition.value.test
        variable = condition.value.variable
        values   = condition.value.values
      }
    }
  }
}
resource "aws_iam_role" "this" {
  name                 = var.role_name
  assume_role_policy   = var.custom_role_trust_policy == "" ? data.aws_iam_policy_document.trust.json : var.custom_role_trust_policy
  max_session_duration = var.max_session_duration
  permissions_boundary = var.role_permissions_boundary_arn
}
resource "aws_iam_role_policy_attachment" "this" {
  for_each = toset(concat(
    var.custom_role_policy_arns,
    var.attach_admin_policy ? [var.admin_role_policy_arn] : [],
    var.attach_poweruser_policy ? [var.poweruser_role_policy_arn] : [],
    var.attach_readonly_policy ? [var.readonly_role_policy_arn] : [],
  ))
  role       = aws_iam_role.this.name
  policy_arn = each.value
}
output "iam_role_name" { value = aws_iam_role.this.name }
output "iam_role_arn" { value = aws_iam_role.this.arn }
