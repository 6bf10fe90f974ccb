# cloudposse/eks-iam-role/aws. A name or namespace that is left out is any.
variable "eks_cluster_oidc_issuer_url" {}
variable "service_account_name" { default = null }
variable "service_account_namespace" { default = null }
variable "service_account_namespace_name_list" { default = [] }
variable "aws_iam_policy_document" { default = [] }
variable "managed_policy_arns" { default = [] }
variable "permissions_boundary" { default = null }
locals {
  issuer = replace(var.eks_cluster_oidc_issuer_url, "https://", "")
  one    = "${coalesce(var.service_account_namespace, "*")}:${coalesce(var.service_account_name, "*")}"
  names  = length(var.service_account_namespace_name_list) == 0 ? [local.one] : var.service_account_namespace_name_list
}
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::${var.aws_account_number}:oidc-provider/${local.issuer}"]
    }
    condition {
      test     = "StringLike"
      variable = "${local.issuer}:sub"
      values   = formatlist("system:serviceaccount:%s", local.names)
    }
    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}
data "aws_iam_policy_document" "granted" {
  source_policy_documents = flatten([var.aws_iam_policy_document])
}
resource "aws_iam_role" "service_account" {
  name                 = var.service_account_name
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary
}
resource "aws_iam_role_policy" "service_account" {
  count  = length(flatten([var.aws_iam_policy_document])) > 0 ? 1 : 0
  role   = aws_iam_role.service_account.name
  policy = data.aws_iam_policy_document.granted.json
}
resource "aws_iam_role_policy_attachment" "managed" {
  for_each   = toset(var.managed_policy_arns)
  role       = aws_iam_role.service_account.name
  policy_arn = each.value
}
output "service_account_role_name" { value = aws_iam_role.service_account.name }
output "service_account_role_arn" { value = aws_iam_role.service_account.arn }
