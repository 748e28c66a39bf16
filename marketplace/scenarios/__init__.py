"""What an organisation needs a robot for: posted as a draft, checked by staff, admitted to the library."""
