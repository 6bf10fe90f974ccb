# cloudposse/iam-policy/aws. Without a policy or roles that get one it only makes text.
variable "name" { default = null }
variable "iam_policy" { default = [] }
variable "iam_policy_enabled" { default = false }
variable "iam_source_policy_documents" { default = [] }
variable "role_names" { default = [] }
data "aws_iam_policy_document" "this" {
  source_policy_documents = var.iam_source_policy_documents
  dynamic "statement" {
    for_each = flatten([for one in var.iam_policy : one.statements])
    content {
      effect        = try(statement.value.effect, "Allow")
      actions       = try(statement.value.actions, null)
      not_actions   = try(statement.value.not_actions, null)
      resources     = try(statement.value.resources, null)
      not_resources = try(statement.value.not_resources, null)
      dynamic "condition" {
        for_each = try(statement.value.conditions, [])
        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = condition.value.values
        }
      }
    }
  }
}
resource "aws_iam_policy" "default" {
  count  = var.iam_policy_enabled ? 1 : 0
  name   = var.name
  policy = data.aws_iam_policy_document.this.json
}
resource "aws_iam_role_policy" "inline" {
  for_each = toset(var.iam_policy_enabled ? [] : var.role_names)
  role     = each.value
  policy   = data.aws_iam_policy_document.this.json
}
output "json" { value = data.aws_iam_policy_document.this.json }
