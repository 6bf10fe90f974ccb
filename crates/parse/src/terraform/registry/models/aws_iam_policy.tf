# terraform-aws-modules/iam/aws//modules/iam-policy.
variable "name" { default = null }
variable "policy" { default = null }
resource "aws_iam_policy" "this" {
  name   = var.name
  policy = var.policy
}
