# cloudposse/sso/aws//modules/permission-sets.
variable "permission_sets" { default = [] }
resource "aws_ssoadmin_permission_set" "this" {
  for_each         = { for one in var.permission_sets : one.name => one }
  name             = each.value.name
  session_duration = each.value.session_duration
}
resource "aws_ssoadmin_permission_set_inline_policy" "this" {
  for_each           = { for one in var.permission_sets : one.name => one if one.inline_policy != "" && one.inline_policy != null }
  permission_set_arn = each.key
  inline_policy      = each.value.inline_policy
}
resource "aws_ssoadmin_managed_policy_attachment" "this" {
  for_each           = { for pair in flatten([for one in var.permission_sets : [for policy in one.policy_attachments : { set = one.name, policy = policy }]]) : "${pair.set}/${pair.policy}" => pair }
  permission_set_arn = each.value.set
  managed_policy_arn = each.value.policy
}
