"""What customers see of their accounts: "My gift cards" in Oscar's account section, and a public balance check."""
