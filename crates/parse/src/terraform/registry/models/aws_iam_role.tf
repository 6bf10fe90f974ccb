# terraform-aws-modules/iam/aws//modules/iam-role (from version 6).
variable "name" { default = null }
variable "max_session_duration" { default = null }
variable "permissions_boundary" { default = null }
variable "enable_oidc" { default = false }
variable "oidc_provider_urls" { default = [] }
variable "oidc_subjects" { default = [] }
variable "oidc_wildcard_subjects" { default = [] }
variable "oidc_audiences" { default = [] }
variable "enable_github_oidc" { default = false }
variable "github_provider" { default = "token.actions.githubusercontent.com" }
variable "enable_bitbucket_oidc" { default = false }
variable "trust_policy_conditions" { default = [] }
variable "trust_policy_permissions" { default = {} }
variable "policies" { default = {} }
variable "create_inline_policy" { default = false }
variable "inline_policy_permissions" { default = {} }
locals {
  plain  = var.enable_oidc || var.enable_bitbucket_oidc ? [for url in var.oidc_provider_urls : { issuer = replace(url, "https://", ""), audiences = var.enable_bitbucket_oidc ? coalescelist(var.oidc_audiences, ["sts.amazonaws.com"]) : var.oidc_audiences, before = "" }] : []
  github = var.enable_github_oidc ? [{ issuer = var.github_provider, audiences = coalescelist(var.oidc_audiences, ["sts.amazonaws.com"]), before = "repo:" }] : []
}
data "aws_iam_policy_document" "trust" {
  dynamic "statement" {
    for_each = concat(local.plain, local.github)
    iterator = of
    content {
      actions = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]
      principals {
        type        = "Federated"
        identifiers = ["arn:aws:iam::${var.oidc_account_id}:oidc-provider/${of.value.issuer}"]
      }
      dynamic "condition" {
        for_each = { for test, values in { StringEquals = var.oidc_subjects, StringLike = var.oidc_wildcard_subjects } : test => values if length(values) > 0 }
        content {
          test     = condition.key
          variable = "${of.value.issuer}:sub"
          values   = [for one in condition.value : "${of.value.before}${trimprefix(one, "repo:")}"]
        }
      }
      dynamic "condition" {
        for_each = length(of.value.audiences) > 0 ? [of.value.audiences] : []
        content {
          test     = "StringEquals"
          variable = "${of.value.issuer}:aud"
          values   = condition.value
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
  dynamic "statement" {
    for_each = var.trust_policy_permissions
    iterator = of
    content {
      effect  = try(of.value.effect, "Allow")
      actions = of.value.actions
      dynamic "principals" {
        for_each = try(of.value.principals, [])
        content {
          type        = principals.value.type
          identifiers = principals.value.identifiers
        }
      }
      dynamic "condition" {
        for_each = try(of.value.condition, [])
        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = condition.value.values
        }
      }
    }
  }
}
data "aws_iam_policy_document" "inline" {
  dynamic "statement" {
    for_each = var.inline_policy_permissions
    content {
      effect        = try(statement.value.effect, "Allow")
      actions       = statement.value.actions
      not_actions   = statement.value.not_actions
      resources     = statement.value.resources
      not_resources = statement.value.not_resources
      dynamic "condition" {
        for_each = try(statement.value.condition, [])
        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = condition.value.values
        }
      }
    }
  }
}
resource "aws_iam_role" "this" {
  name                 = var.name
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = var.max_session_duration
  permissions_boundary = var.permissions_boundary
}
resource "aws_iam_role_policy_attachment" "this" {
  for_each   = var.policies
  role       = aws_iam_role.this.name
  policy_arn = each.value
}
resource "aws_iam_role_policy" "inline" {
  count  = length(var.inline_policy_permissions) > 0 ? 1 : 0
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.inline.json
}
output "name" { value = aws_iam_role.this.name }
output "arn" { value = aws_iam_role.this.arn }
