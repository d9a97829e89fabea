"""How patients reach the product and how answers reach them: `sms` through Twilio, `web` through the chat widget."""
