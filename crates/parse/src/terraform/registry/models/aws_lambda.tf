# terraform-aws-modules/lambda/aws.
variable "function_name" { default = null }
variable "attach_policy_json" { default = false }
variable "policy_json" { default = null }
variable "attach_policy_jsons" { default = false }
variable "policy_jsons" { default = [] }
variable "attach_policy" { default = false }
variable "policy" { default = null }
variable "attach_policies" { default = false }
variable "policies" { default = [] }
variable "attach_policy_statements" { default = false }
variable "policy_statements" { default = {} }
variable "maximum_session_duration" { default = 3600 }
data "aws_iam_policy_document" "inline" {
  dynamic "statement" {
    for_each = var.policy_statements
    content {
      effect        = try(statement.value.effect, "Allow")
      actions       = statement.value.actions
      not_actions   = statement.value.not_actions
      resources     = statement.value.resources
      not_resources = statement.value.not_resources
    }
  }
}
resource "aws_iam_role" "lambda" {
  name                 = var.function_name
  max_session_duration = var.maximum_session_duration
  assume_role_policy   = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "json" {
  count  = var.attach_policy_json ? 1 : 0
  role   = aws_iam_role.lambda.name
  policy = var.policy_json
}
resource "aws_iam_role_policy" "statements" {
  count  = var.attach_policy_statements ? 1 : 0
  role   = aws_iam_role.lambda.name
  policy = data.aws_iam_policy_document.inline.json
}
resource "aws_iam_role_policy_attachment" "all" {
  for_each   = toset(concat(var.attach_policies ? var.policies : [], var.attach_policy ? [var.policy] : []))
  role       = aws_iam_role.lambda.name
  policy_arn = each.value
}
output "lambda_role_name" { value = aws_iam_role.lambda.name }
output "lambda_role_arn" { value = aws_iam_role.lambda.arn }
