# The identity that the Job's token is exchanged for: this service account only, and pulling from one registry only.
resource "azurerm_user_assigned_identity" "pull" {
  name                = "unkeyed-pull"
  location            = "westeurope"
  resource_group_name = "unkeyed"
}

resource "azurerm_federated_identity_credential" "pull" {
  name                = "unkeyed"
  resource_group_name = "unkeyed"
  parent_id           = azurerm_user_assigned_identity.pull.id
  issuer              = "https://westeurope.oic.prod-aks.azure.com/8b21e4d7-93c5-4f06-b1aa-7d2f60c9e315/4c9d2e61-7f0b-4a35-8e12-b6d3f5a07c48/"
  subject             = "system:serviceaccount:unkeyed:unkeyed"
  audience            = ["api://AzureADTokenExchange"]
}

data "azurerm_container_registry" "images" {
  name                = "acme"
  resource_group_name = "images"
}

resource "azurerm_role_assignment" "pull" {
  scope                = data.azurerm_container_registry.images.id
  role_definition_name = "AcrPull"
  principal_id         = azurerm_user_assigned_identity.pull.principal_id
}
