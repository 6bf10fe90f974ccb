# terraform-aws-modules/iam/aws//modules/iam-eks-role (up to version 5), whose trust has no condition on the audience.
variable "role_name" { default = null }
variable "cluster_service_accounts" { default = {} }
variable "assume_role_condition_test" { default = "StringEquals" }
variable "role_policy_arns" { default = {} }
variable "max_session_duration" { default = 43200 }
variable "role_permissions_boundary_arn" { default = "" }
data "aws_eks_cluster" "main" {}
locals {
  issuer = data.aws_eks_cluster.main.identity[0].oidc[0].issuer
}
resource "aws_iam_role" "this" {
  name                 = var.role_name
  assume_role_policy = jsonencode({
    Statement = [for cluster, accounts in var.cluster_service_accounts : {
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/${local.issuer}" }
      Condition = { (var.assume_role_condition_test) = { "${local.issuer}:sub" = [for account in accounts : "system:serviceaccount:${account}"] } }
    }]
  })
  max_session_duration = var.max_session_duration
  permissions_boundary = var.role_permissions_boundary_arn
}
resource "aws_iam_role_policy_attachment" "this" {
  for_each   = var.role_policy_arns
  role       = aws_iam_role.this.name
  policy_arn = each.value
}
output "iam_role_name" { value = aws_iam_role.this.name }
output "iam_role_arn" { value = aws_iam_role.this.arn }
