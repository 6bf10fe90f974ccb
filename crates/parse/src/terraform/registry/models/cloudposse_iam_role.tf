# cloudposse/iam-role/aws.
variable "name" { default = null }
variable "principals" { default = {} }
variable "assume_role_actions" { default = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"] }
variable "assume_role_conditions" { default = [] }
variable "assume_role_policy" { default = null }
variable "policy_documents" { default = [] }
variable "managed_policy_arns" { default = [] }
variable "max_session_duration" { default = 3600 }
variable "permissions_boundary" { default = "" }
data "aws_iam_policy_document" "trust" {
  dynamic "statement" {
    for_each = var.principals
    iterator = of
    content {
      actions = var.assume_role_actions
      principals {
        type        = of.key
        identifiers = of.value
      }
      dynamic "condition" {
        for_each = var.assume_role_conditions
        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = condition.value.values
        }
      }
    }
  }
}
data "aws_iam_policy_document" "granted" {
  source_policy_documents = var.policy_documents
}
resource "aws_iam_role" "default" {
  name                 = var.name
  assume_role_policy   = coalesce(var.assume_role_policy, data.aws_iam_policy_document.trust.json)
  max_session_duration = var.max_session_duration
  permissions_boundary = var.permissions_boundary
}
resource "aws_iam_role_policy" "default" {
  count  = length(var.policy_documents) > 0 ? 1 : 0
  role   = aws_iam_role.default.name
  policy = data.aws_iam_policy_document.granted.json
}
resource "aws_iam_role_policy_attachment" "managed" {
  for_each   = toset(var.managed_policy_arns)
  role       = aws_iam_role.default.name
  policy_arn = each.value
}
output "name" { value = aws_iam_role.default.name }
output "arn" { value = aws_iam_role.default.arn }
